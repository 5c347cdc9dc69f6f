/** A line that a diff adds, by where it stands in the new file. */
export interface AddedLine {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** Follows `git diff --unified=0`, a line at a time; gives the added ones. */
export function addedLineReader(): (line: string) => AddedLine | null {
  let path: string | null = null;
  let next = 0;
  // Within a hunk a removed `-- x` reads like a header, so what is left of the hunk is counted.
  let removed = 0;
  let added = 0;
  return (text) => {
    if (removed + added > 0 && text.startsWith("-")) {
      removed -= 1;
      return null;
    }
    if (added > 0 && text.startsWith("+")) {
      added -= 1;
      next += 1;
      return path === null ? null : { path, line: next - 1, text: text.slice(1) };
    }
    const file = /^\+\+\+ (?:"?b\/(.*?)"?|\/dev\/null)\t?$/.exec(text);
    if (file !== null) {
      path = file[1] ?? null;
      return null;
    }
    const hunk = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(text);
    if (hunk !== null) {
      removed = Number(hunk[1] ?? 1);
      next = Number(hunk[2]);
      added = Number(hunk[3] ?? 1);
    }
    return null;
  };
}
