const trouble =
  /\b(error|failed|failure|fatal|panic|warning|problem|cannot|denied|refused)\b|=== (failed|rolled-back|rollback-failed|unknown)/i;

/** The lines of a log that speak of errors and warnings. */
export function troubleLines(lines: readonly string[]): string[] {
  return lines.filter((line) => trouble.test(line));
}
