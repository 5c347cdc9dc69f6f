/** The commits between two revisions, and links to where people read them. Everything here is pure. */

export interface Commit {
  readonly revision: string;
  readonly author: string;
  readonly date: string;
  readonly subject: string;
  /** It is in what runs and not in what would: a deploy would take it back. */
  readonly isGone: boolean;
}

/** Prints what only one of the two has, the newest first, a commit a line; its fields are parted by NUL. */
export function gitLog(repository: string, from: string, to: string, most: number): string[] {
  return [
    ...["git", "-C", repository, "log", "--left-right", `--max-count=${most}`],
    ...["--format=%m%x00%H%x00%an%x00%aI%x00%s", `${from}...${to}`, "--"],
  ];
}

/** How many commits each of the two has alone: two numbers. */
export function gitCount(repository: string, from: string, to: string): string[] {
  return ["git", "-C", repository, "rev-list", "--left-right", "--count", `${from}...${to}`, "--"];
}

export function gitDiffstat(repository: string, from: string, to: string): string[] {
  return ["git", "-C", repository, "diff", "--no-ext-diff", "--stat=72,50,40", from, to, "--"];
}

export function gitOrigin(repository: string): string[] {
  return ["git", "-C", repository, "remote", "get-url", "origin"];
}

/** Whether the repository has a commit. */
export function gitHas(repository: string, revision: string): string[] {
  return ["git", "-C", repository, "cat-file", "-e", `${revision}^{commit}`];
}

export function readLog(stdout: string): Commit[] {
  return stdout.split("\n").flatMap((line) => {
    const [side, revision = "", author = "", date = "", ...subject] = line.split("\0");
    return /^[0-9a-f]{40,64}$/.test(revision)
      ? [{ revision, author, date, subject: subject.join(" "), isGone: side === "<" }]
      : [];
  });
}

export function readCount(stdout: string): number {
  return stdout
    .trim()
    .split(/\s+/)
    .reduce((sum, number) => sum + (Number(number) || 0), 0);
}

/**
 * Where a repository can be read in a browser, from the address that git fetches it from; null for a folder, and for
 * what is no plain name. A user, a password and a port of ssh in it are left out.
 */
export function webAddress(remote: string): string | null {
  const address = remote
    .trim()
    .replace(/\/+$/, "")
    .replace(/\.git$/, "");
  const short = /^(?:[\w.-]+@)?([\w.-]+):(?!\/)([\w./~-]+)$/.exec(address);
  const long = /^(https?|ssh|git):\/\/(?:[^@/]+@)?([\w.-]+)(:\d+)?\/([\w./~-]+)$/.exec(address);
  const [host, path, port] =
    short !== null
      ? [short[1], short[2], ""]
      : [long?.[2], long?.[4], long?.[1]?.startsWith("http") ? (long[3] ?? "") : ""];
  // One folder alone is no repository of a forge, and a name without a dot no host that others know.
  return host === undefined || !host.includes(".") || path === undefined || !path.includes("/")
    ? null
    : `https://${host}${port}/${path}`;
}

/** GitHub, Gitea and Forgejo have one form, GitLab another. */
export function commitUrl(web: string, revision: string): string {
  return `${web}${isGitLab(web) ? "/-" : ""}/commit/${revision}`;
}

export function compareUrl(web: string, from: string, to: string): string {
  return `${web}${isGitLab(web) ? "/-" : ""}/compare/${from}...${to}`;
}

function isGitLab(web: string): boolean {
  return new URL(web).hostname.split(".").includes("gitlab");
}
