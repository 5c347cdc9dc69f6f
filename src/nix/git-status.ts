export interface TreeState {
  /** Files that git knows, and whose content is not committed. */
  readonly changed: readonly string[];
  /** Files that git does not know, and that no flake sees. */
  readonly untracked: readonly string[];
}

/** Reads `git status --porcelain=v1 -z --no-renames`. */
export function readGitStatus(stdout: string): TreeState {
  const entries = stdout.split("\0").filter((entry) => /^.. ./.test(entry));
  const path = (entry: string) => entry.slice(3);
  return {
    changed: entries.filter((entry) => !entry.startsWith("??")).map(path),
    untracked: entries.filter((entry) => entry.startsWith("??")).map(path),
  };
}
