const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, "g");

/** Without what nobody can read: broken surrogates, colours, control characters, and marks that turn text around. */
export function clean(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(colours, "")
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(/[^\P{Cc}\n\t]/gu, "")
    .replaceAll(/[\u202a-\u202e\u2066-\u2069]/g, "");
}

/** No line of ours is longer, so what is behind that need not be looked at. */
const longestLine = 4_000;

export function oneLine(text: string): string {
  return clean(text.slice(0, longestLine)).replaceAll(/\s+/g, " ").trim();
}

/** The three characters that begin markup, mentions and links; docs.slack.dev/messaging/formatting-message-text. */
export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** At most `max` characters, and never half a character. */
export function cut(text: string, max: number, ending = "…"): string {
  return text.length <= max ? text : text.slice(0, Math.max(0, max - ending.length)).toWellFormed() + ending;
}

/** Clean and escaped, at most `max` characters; an entity is never cut in two. */
export function escapeTo(text: string, max: number, ending = "…"): string {
  const whole = clean(text.slice(0, 2 * max + longestLine)).trim();
  const escaped = escapeText(whole);
  if (escaped.length <= max) {
    return escaped;
  }
  let kept = "";
  for (const character of whole) {
    const next = escapeText(character);
    if (kept.length + next.length > max - ending.length) {
      break;
    }
    kept += next;
  }
  return kept + ending;
}

/** The same, and it says how much is missing. */
export function escapeLong(text: string, max: number): string {
  const missing = text.length - max;
  return escapeTo(text, max, missing > 0 ? ` … ${missing} more characters, see the log` : "…");
}
