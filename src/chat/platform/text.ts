import { visible } from "../../text/visible.ts";

/** Hidden characters are shown as what they are; ends of lines are those of Unix. */
export function clean(text: string): string {
  return visible(text.replaceAll("\r\n", "\n"));
}

/** No line of ours is longer, so what is behind that need not be looked at. */
export const longestLine = 4_000;

export function oneLine(text: string): string {
  return clean(text.slice(0, longestLine)).replaceAll(/\s+/g, " ").trim();
}

/** Clean and escaped character by character, at most `max` characters; what one became is never cut in two. */
export function escapeWithin(
  text: string,
  max: number,
  ending: string,
  escaped: (character: string) => string,
): string {
  const whole = clean(text.slice(0, 2 * max + longestLine)).trim();
  let kept = "";
  let fits = 0;
  for (const character of whole) {
    kept += escaped(character);
    if (kept.length <= max - ending.length) {
      fits = kept.length;
    }
    if (kept.length > max) {
      return kept.slice(0, fits) + ending;
    }
  }
  return kept;
}

/** At most `max` characters, and never half a character. */
export function cut(text: string, max: number, ending = "…"): string {
  return text.length <= max ? text : text.slice(0, Math.max(0, max - ending.length)).toWellFormed() + ending;
}

/** The first and the last lines of a long text, since errors begin at one end or the other. */
export function middleCut(text: string, max: number): string {
  if (text.length <= 2 * max) {
    const whole = clean(text).replace(/\n+$/, "");
    if (whole.length <= max) {
      return whole;
    }
  }
  const third = Math.floor(max / 3);
  const total = text.trimEnd().split("\n").length;
  const head = takeWhileFits(clean(text.slice(0, third)).split("\n").slice(0, -1), third);
  const ending = clean(text.slice(-2 * third))
    .trimEnd()
    .split("\n")
    .slice(1);
  const tail = takeWhileFits(ending.toReversed(), 2 * third).toReversed();
  const missing = total - head.length - tail.length;
  if (head.length + tail.length === 0 || missing <= 0) {
    return `${cut(clean(text.slice(0, 2 * max)), max, "")} … cut here, see the log`;
  }
  return [...head, `… ${missing} more line${missing === 1 ? "" : "s"}, see the log …`, ...tail].join("\n");
}

function takeWhileFits(lines: readonly string[], max: number): string[] {
  let length = 0;
  const over = lines.findIndex((line) => {
    length += line.length + 1;
    return length > max;
  });
  return lines.slice(0, over === -1 ? lines.length : over);
}

export function moreLine(missing: number): string[] {
  return missing > 0 ? [`… ${missing} more, see the log`] : [];
}

/** An address that is safe to lead somewhere, and that ends no markup early; null for any other. */
export function plainUrl(url: string | null): string | null {
  return url !== null && /^https?:\/\/[\w.:-]+\/[\w./~%+-]*$/.test(url) && url.length <= 500 ? url : null;
}
