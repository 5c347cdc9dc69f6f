import { closest, distance } from "fastest-levenshtein";

/** The nearest of the known words to a mistyped one; null where none is near enough to be meant. */
export function nearest(typed: string, known: readonly string[]): string | null {
  const sought = typed.toLowerCase();
  const found = known.length === 0 || typed === "" ? undefined : closest(sought, known as string[]);
  const most = Math.max(1, Math.floor(sought.length / 3));
  return found !== undefined && distance(sought, found.toLowerCase()) <= most ? found : null;
}

/** ` Did you mean X?`, to stand behind a sentence; empty where nothing is near. */
export function didYouMean(typed: string, known: readonly string[], sign = ""): string {
  const found = nearest(typed, known);
  return found === null ? "" : ` Did you mean ${sign}${found}?`;
}
