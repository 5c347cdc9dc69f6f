import { readFile } from "node:fs/promises";

/** One idea a file; the last one is the main one. They reach the host as one, so that one rename brings all or nothing. */
export const scriptParts = ["switch-program.sh", "answers.sh", "supervisor.sh"].map(
  (name) => new URL(`./${name}`, import.meta.url),
);

/** What stands on the host as `supervisor.sh`. */
export async function supervisorScript(): Promise<string> {
  const parts = await Promise.all(scriptParts.map((part) => readFile(part, "utf8")));
  return `#!/bin/sh\n${parts.join("\n")}`;
}
