import { unwatchFile, watchFile } from "node:fs";
import { readFile } from "node:fs/promises";
import { ConfigError } from "./env.ts";
import { type FleetFile, parseFleetFile } from "./fleet-file.ts";

/** How often fleet.yaml is looked at for changes, in milliseconds. */
const lookEvery = 2_000;

export interface FleetSource {
  current(): FleetFile;
  stop(): void;
}

/**
 * Reads fleet.yaml, and again when it changes. A file that is not there means: all defaults. A change with
 * mistakes is told, and the last good one stays in force.
 */
export async function openFleetFile(
  path: string,
  onChange: (mistakes: readonly string[]) => void,
): Promise<FleetSource> {
  const first = await read(path);
  if (first.kind === "wrong") {
    throw new ConfigError(first.mistakes.map((mistake) => `${path}: ${mistake}`));
  }
  let current = first.file;
  const listener = () => {
    void read(path).then((result) => {
      if (result.kind === "ok") {
        current = result.file;
      }
      onChange(result.kind === "ok" ? [] : result.mistakes);
    });
  };
  watchFile(path, { interval: lookEvery, persistent: false }, listener);
  return { current: () => current, stop: () => unwatchFile(path, listener) };
}

async function read(path: string): Promise<ReturnType<typeof parseFleetFile>> {
  try {
    return parseFleetFile(await readFile(path, "utf8"));
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ENOENT"
      ? parseFleetFile("")
      : { kind: "wrong", mistakes: [error instanceof Error ? error.message : String(error)] };
  }
}
