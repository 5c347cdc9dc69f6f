import { stripVTControlCharacters } from "node:util";
import type { Diagnosis } from "../deploy/deployment.ts";
import { knownErrors } from "./known-errors.ts";

/** In characters: of a line that is shown, and of one that is read. What is longer is no message of Nix's. */
const longestLine = 300;
const longestRead = 2_000;

/**
 * Recognises a known error in what Nix, git or ssh printed. `source` is the store path of the flake's files: with it a
 * place in the flake is told from one in nixpkgs for sure.
 */
export function knownError(lines: readonly string[], source: string | null = null): Diagnosis | null {
  const all = lines.flatMap((line) => stripVTControlCharacters(line.slice(0, longestRead)).split("\n"));
  const text = all.join("\n");
  const known = knownErrors.find(({ pattern }) => pattern.test(text));
  if (known === undefined) {
    return null;
  }
  // The innermost cause is printed last.
  const at = all.findLastIndex((line) => known.pattern.test(line));
  const line = all[at] ?? text.slice(known.pattern.exec(text)?.index ?? 0).split("\n")[0] ?? "";
  return {
    title: known.title,
    line: clean(line, source),
    where: whereIn(all, Math.max(at, 0), source),
    advice: known.advice,
  };
}

export function hintFor(lines: readonly string[]): string | null {
  return knownError(lines)?.advice ?? null;
}

function clean(line: string, source: string | null): string {
  const short = line
    .trim()
    .replace(/^(error|fatal): /, "")
    .replaceAll(source === null ? sourcePath : `${source}/`, "");
  return short.length > longestLine ? `${short.slice(0, longestLine)} …` : short;
}

const sourcePath = /\/nix\/store\/[0-9a-z]{32}-source\//g;
const place =
  /(?:\bat|located at|In `)\s*\/nix\/store\/([0-9a-z]{32}-[^/\s:]+)\/([^\s:`']+):(\d+)(?::(\d+))?/;
/** Folders at the top of nixpkgs; a flake may have them, too, so they count for less. */
const likeNixpkgs = /^(lib|pkgs|nixos|maintainers)\//;

/** The place in the flake that is nearest to the error: right below it, or the innermost above it. */
function whereIn(lines: readonly string[], at: number, source: string | null): string | null {
  const places = lines.flatMap((line, index) => {
    const [, store = "", path = "", row = "", column] = place.exec(line) ?? [];
    const isOurs = source === null ? store.endsWith("-source") : source === `/nix/store/${store}`;
    return isOurs ? [{ index, path, text: [path, row, column].filter(Boolean).join(":") }] : [];
  });
  const own = source === null ? places.filter(({ path }) => !likeNixpkgs.test(path)) : places;
  const candidates = own.length > 0 ? own : places;
  const below = candidates.find(({ index }) => index > at && index <= at + 2);
  return (below ?? candidates.findLast(({ index }) => index <= at) ?? candidates.at(-1))?.text ?? null;
}
