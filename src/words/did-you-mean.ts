import { closest, distance } from "fastest-levenshtein";

/** More letters than this are another word, in a long name too. */
const mostLetters = 3;

/** The nearest of the known words to a mistyped one, in any case; null where none is near enough to be meant. */
export function nearest(typed: string, known: readonly string[]): string | null {
  if (known.length === 0 || typed === "") {
    return null;
  }
  const sought = typed.toLowerCase();
  const words = known.map((word) => word.toLowerCase());
  const found = closest(sought, words);
  const most = Math.min(mostLetters, Math.max(1, Math.floor(sought.length / 3)));
  return distance(sought, found) <= most ? (known[words.indexOf(found)] ?? null) : null;
}

/** ` Did you mean X?`, to stand behind a sentence; empty where nothing is near. */
export function didYouMean(typed: string, known: readonly string[], sign = ""): string {
  const found = nearest(typed, known);
  return found === null ? "" : ` Did you mean ${sign}${found}?`;
}

/** One letter more, less or another, in any case. */
export function isLetterAway(a: string, b: string): boolean {
  return distance(a.toLowerCase(), b.toLowerCase()) <= 1;
}
