const trouble =
  /\b(error|failed|failure|fatal|panic|warning|problem|cannot|denied|refused)\b|=== (failed|rolled-back|rollback-failed|unknown)/i;

/** Whether a line of a log speaks of an error or a warning. */
export function isTrouble(line: string): boolean {
  return trouble.test(line);
}
