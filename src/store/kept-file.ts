import { readFile } from "node:fs/promises";
import writeFileAtomic from "write-file-atomic";

/** A short text that is made once, and kept in a file that only the bot's user can read. */
export async function keptFile(path: string, make: () => string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch {
    const text = make();
    await writeFileAtomic(path, `${text}\n`, { mode: 0o600 });
    return text;
  }
}
