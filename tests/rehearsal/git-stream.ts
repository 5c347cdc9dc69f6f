import { authors, type Commit } from "./history.ts";

export type Files = Readonly<Record<string, string>>;

/** The whole history as input for `git fast-import`: every commit carries all its files. */
export function gitStream(commits: readonly Commit[], initial: Files, overrides: Files): string {
  const tips = new Map<string, { mark: number; files: Files }>();
  let stream = "";
  commits.forEach((commit, index) => {
    const parent = tips.get(commit.from ?? commit.branch);
    const files = change(parent?.files ?? initial, commit, overrides);
    const mark = index + 1;
    stream += commitHead(commit, mark, parent?.mark);
    for (const [path, text] of Object.entries(files)) {
      stream += `M ${text.startsWith("#!") ? 755 : 644} inline ${path}\n${data(text)}`;
    }
    stream += "\n";
    tips.set(commit.branch, { mark, files });
  });
  return `${stream}done\n`;
}

function commitHead(commit: Commit, mark: number, parent: number | undefined): string {
  const who = `${authors[commit.author]} ${Date.parse(commit.date) / 1000} +0000`;
  return [
    `commit refs/heads/${commit.branch}\nmark :${mark}\nauthor ${who}\ncommitter ${who}\n`,
    data(`${commit.subject}\n`),
    parent === undefined ? "" : `from :${parent}\n`,
    "deleteall\n",
  ].join("");
}

/** Every place named in an edit must be there once, so that a change of the flake cannot quietly undo a fault. */
function change(files: Files, commit: Commit, overrides: Files): Files {
  const changed: Record<string, string> = { ...files };
  if (commit.override !== undefined) {
    const text = overrides[`${commit.override}.nix`];
    if (text === undefined) throw new Error(`${commit.branch}: there is no faults/${commit.override}.nix`);
    changed["overrides.nix"] = text;
  }
  for (const { file, from, to } of commit.edits ?? []) {
    const text = changed[file];
    if (text === undefined || text.split(from).length !== 2) {
      throw new Error(`${commit.branch} "${commit.subject}": "${from}" is not exactly once in ${file}`);
    }
    changed[file] = text.replace(from, () => to);
  }
  return changed;
}

export const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
