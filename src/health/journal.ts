const most = 12;
const longestLine = 300;

/** The units that problems speak of: each begins with its unit (see verdict.ts). */
export function unitsIn(problems: readonly string[]): string[] {
  const named = problems.flatMap(
    (problem) => /^([\w.@\\:-]+\.(?:service|socket|mount|timer|path)) /.exec(problem)?.[1] ?? [],
  );
  return [...new Set(named)];
}

/** The last lines that some units wrote in the last minutes, the newest last. */
export function journalArgv(units: readonly string[]): string[] {
  return [
    ...[
      "journalctl",
      "--boot",
      "--since=-10min",
      `--lines=${most}`,
      "--no-pager",
      "--quiet",
      "--output=short",
    ],
    ...units.map((unit) => `--unit=${unit}`),
  ];
}

export function journalLines(stdout: string): string[] {
  return stdout
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-most)
    .map((line) => line.slice(0, longestLine));
}
