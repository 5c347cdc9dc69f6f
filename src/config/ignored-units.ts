/** Whether one of these globs names the unit: `*` is any text, `?` one character. */
export function isIgnored(unit: string, globs: readonly string[]): boolean {
  return globs.some((glob) => matches(unit, glob));
}

/** By hand and not by a pattern, which many `*` would make slow. */
function matches(text: string, glob: string): boolean {
  let at = 0;
  let place = 0;
  let star = -1;
  let from = 0;
  while (at < text.length) {
    if (glob[place] === "*") {
      star = place;
      place += 1;
      from = at;
    } else if (place < glob.length && (glob[place] === "?" || glob[place] === text[at])) {
      at += 1;
      place += 1;
    } else if (star >= 0) {
      from += 1;
      at = from;
      place = star + 1;
    } else {
      return false;
    }
  }
  return [...glob.slice(place)].every((rest) => rest === "*");
}
