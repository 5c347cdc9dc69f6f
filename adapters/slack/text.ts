import { clean, longestLine } from "../../src/chat/platform/text.ts";

/** The three characters that begin markup, mentions and links; docs.slack.dev/messaging/formatting-message-text. */
export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
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
