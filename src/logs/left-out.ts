/**
 * What stands where bytes of a log are left out, as they were beyond its bound. A host's own log says it in the same words
 * (src/activation/switch-program.sh; a test compares them).
 */
export const leftOutWords = "of output left out here; what follows is its end";

const mebibyte = 1024 * 1024;

export function leftOutLine(bytes: number): string {
  const exact = `${bytes} byte${bytes === 1 ? "" : "s"}`;
  const size = bytes < mebibyte ? exact : `${(bytes / mebibyte).toFixed(1)} MiB (${exact})`;
  return `… ${size} ${leftOutWords}`;
}

/** For a reader that goes on behind the end: what it has of the log was lost with a machine that lost its power. */
export function lostEndLine(bytes: number): string {
  return `… the last ${bytes} byte${bytes === 1 ? "" : "s"} above are not in this log any more; it goes on here`;
}
