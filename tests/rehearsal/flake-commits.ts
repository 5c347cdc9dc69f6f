import { data } from "./git-stream.ts";
import { execIn, type Place } from "./machine.ts";

/** A file's text, where a symbolic link leads, or null for a file that goes. */
export type Change = string | { readonly link: string } | null;

const who = "Mira Okafor <mira@fleet.example> now";

/** Commits straight into the bare origin, as a push would. A new branch starts at main. */
export async function commitFiles(
  builder: Place,
  branch: string,
  message: string,
  changes: Readonly<Record<string, Change>>,
): Promise<string> {
  const git = (args: readonly string[], input?: string) =>
    execIn(builder, ["git", "-C", "/srv/fleet.git", ...args], input === undefined ? {} : { input });
  const ref = `refs/heads/${branch}`;
  const exists = (await git(["rev-parse", "--verify", "--quiet", `${ref}^0`])).exitCode === 0;
  const stream = [
    `commit ${ref}\nauthor ${who}\ncommitter ${who}\n${data(message)}`,
    `from ${exists ? ref : "refs/heads/main"}^0\n`,
    ...Object.entries(changes).map(([path, change]) => changeLine(path, change)),
    "\ndone\n",
  ].join("");
  const imported = await git(["fast-import", "--quiet", "--done", "--date-format=now"], stream);
  const head = imported.exitCode === 0 ? await git(["rev-parse", ref]) : imported;
  if (head.exitCode !== 0) throw new Error(`commit on ${branch}: ${head.stderr.trim()}`);
  return head.stdout.trim();
}

function changeLine(path: string, change: Change): string {
  const quoted = `"${path.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;
  if (change === null) return `D ${quoted}\n`;
  return typeof change === "string"
    ? `M 100644 inline ${quoted}\n${data(change)}`
    : `M 120000 inline ${quoted}\n${data(change.link)}`;
}
