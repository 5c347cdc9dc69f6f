import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Files } from "./git-stream.ts";

/** The files below a folder, by their paths in it, sorted. */
export async function filesOf(dir: string): Promise<Files> {
  const found: [string, string][] = [];
  for await (const entry of glob("**/*", { cwd: dir, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.push([path.slice(dir.length + 1), await readFile(path, "utf8")]);
  }
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}
