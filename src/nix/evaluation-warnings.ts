import { stripVTControlCharacters } from "node:util";

const most = 20;

/**
 * What a configuration warns of: `evaluation warning: …` (builtins.warn), `trace: warning: …` (lib.warn of older
 * nixpkgs). Nix says nothing where it takes a result from its evaluation cache.
 */
export function evaluationWarnings(stderr: string): string[] {
  const found = stripVTControlCharacters(stderr)
    .split("\n")
    .flatMap(
      (line) => /^(?:evaluation warning|trace: (?:evaluation )?warning): (.+)$/.exec(line.trim())?.[1] ?? [],
    );
  return [...new Set(found)].slice(0, most);
}
