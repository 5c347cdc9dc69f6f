import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readAsideName } from "./json-file.ts";
import { damageIn } from "./open-records.ts";

/** A damaged file that was kept: as long as it stays where it is, what it lost is told. */
export interface Damage {
  /** Beside the data directory, such as `history/2026-11.json.damaged-…`: one thing that is told. */
  readonly name: string;
  /** What was lost, and where the file is kept; without a full stop. */
  readonly what: string;
  readonly since: string;
}

/** So many are read to the end, the newest; of the others the name is told. */
const mostRead = 20;

/** Looks for kept files, again and again: each is read once. */
export function damageReader(directory: string): () => Promise<readonly Damage[]> {
  let known = new Map<string, Damage>();
  return async () => {
    const names = [
      ...(await namesIn(directory)),
      ...(await namesIn(join(directory, "history"))).map((name) => `history/${name}`),
    ];
    const kept = names
      .flatMap((name) => {
        const read = readAsideName(name);
        return read === null ? [] : [{ name, ...read }];
      })
      .sort((a, b) => b.since.localeCompare(a.since));
    const found = new Map<string, Damage>();
    for (const [index, { name, of, since }] of kept.entries()) {
      const what = known.get(name)?.what ?? (await whatOf(directory, name, of, since, index < mostRead));
      found.set(name, { name, what, since });
    }
    known = found;
    return [...found.values()];
  };
}

async function whatOf(
  directory: string,
  name: string,
  of: string,
  since: string,
  isRead: boolean,
): Promise<string> {
  const path = join(directory, name);
  const plain = `${of} was damaged; the damaged file is kept as ${path}`;
  if (!isRead || (of !== "state.json" && !/^history\/\d{4}-\d\d\.json$/.test(of))) {
    return plain;
  }
  // One that a newer bot wrote, or that the bot's user may not read, is told all the same.
  return (await damageIn(path, of, new Date(since)).catch(() => null)) ?? plain;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return [];
    }
    throw error;
  });
}
