import { unwatchFile, watchFile } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { ConfigError } from "./env.ts";
import { type FleetFile, parseFleetFile } from "./fleet-file.ts";
import { omissions, omissionText } from "./fleet-omissions.ts";
import { lossOf, sectionsIn } from "./fleet-sections.ts";

/** How often fleet.yaml is looked at for changes, in milliseconds. */
const lookEvery = 2_000;
/** A file that is being written is read until it stays the same for so long, in milliseconds, and at most so often. */
const settleFor = 300;
const mostReads = 10;

export interface FleetSource {
  current(): FleetFile;
  /** Whether what stands in the file is what is in force. */
  health(): { readonly ok: boolean; readonly detail: string };
  stop(): void;
}

/**
 * Reads fleet.yaml, and again when it changes. A file that is not there at the start means: all defaults. A change with
 * mistakes, or one that loses the file, a whole section or a rule that it does not name any more, is told, and the last good one
 * stays in force.
 */
export async function openFleetFile(
  path: string,
  onChange: (mistakes: readonly string[]) => void,
): Promise<FleetSource> {
  const first = await readText(path);
  const start = parse(first.kind === "missing" ? { kind: "text", text: "" } : first);
  if (start.kind === "wrong") {
    throw new ConfigError(start.mistakes.map((mistake) => `${path}: ${mistake}`));
  }
  let current = start.file;
  let sections = sectionsIn(first.kind === "text" ? first.text : "");
  let wasThere = first.kind === "text";
  let mistakes: readonly string[] = [];
  let isStopped = false;
  let reading: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    const read = await readSettled(path);
    if (isStopped) {
      return;
    }
    if (read.kind === "missing" && !wasThere) {
      return;
    }
    const parsed = parse(read);
    const found = sectionsIn(read.kind === "text" ? read.text : "");
    const loss =
      parsed.kind === "ok"
        ? (lossOf(sections, found) ?? omissionIn(parsed.file, read.kind === "text" ? read.text : ""))
        : null;
    if (parsed.kind === "ok" && loss === null) {
      current = parsed.file;
      sections = found;
      wasThere = true;
      mistakes = [];
    } else {
      mistakes = parsed.kind === "wrong" ? parsed.mistakes : [loss ?? ""];
    }
    onChange(mistakes);
  }

  function omissionIn(file: FleetFile, text: string): string | null {
    const lost = omissions(current, file, text);
    return lost.length === 0 ? null : omissionText(lost);
  }

  const listener = () => {
    reading = reading.then(look, look);
  };
  watchFile(path, { interval: lookEvery, persistent: false }, listener);
  return {
    current: () => current,
    health: () =>
      mistakes.length === 0
        ? { ok: true, detail: "in force" }
        : { ok: false, detail: `the last good one stays in force: ${mistakes.join("; ")}` },
    stop() {
      isStopped = true;
      unwatchFile(path, listener);
    },
  };
}

type Read =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "missing" }
  | { readonly kind: "unreadable"; readonly why: string };

function parse(read: Read): ReturnType<typeof parseFleetFile> {
  switch (read.kind) {
    case "text":
      return parseFleetFile(read.text);
    case "missing":
      return {
        kind: "wrong",
        mistakes: ["the file is gone: put it back, or restart the bot if it is meant to run without rules"],
      };
    case "unreadable":
      return { kind: "wrong", mistakes: [read.why] };
  }
}

async function readText(path: string): Promise<Read> {
  try {
    return { kind: "text", text: await readFile(path, "utf8") };
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ENOENT"
      ? { kind: "missing" }
      : { kind: "unreadable", why: error instanceof Error ? error.message : String(error) };
  }
}

/** Editors empty a file and write it afterwards: what is read has to be the same twice. */
async function readSettled(path: string): Promise<Read> {
  let last = await readText(path);
  for (let reads = 1; reads < mostReads; reads++) {
    await delay(settleFor, undefined, { ref: false });
    const again = await readText(path);
    if (JSON.stringify(again) === JSON.stringify(last)) {
      return last;
    }
    last = again;
  }
  return { kind: "unreadable", why: "the file changes all the time, so no version of it was taken" };
}
