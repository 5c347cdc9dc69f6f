import { escapeWithin } from "../../src/chat/platform/text.ts";

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/**
 * Clean and escaped, at most `max` characters. Three characters begin markup, mentions and links;
 * docs.slack.dev/messaging/formatting-message-text.
 */
export function escapeTo(text: string, max: number, ending = "…"): string {
  return escapeWithin(text, max, ending, (character) => entities[character] ?? character);
}

/** The same, and it says how much is missing. */
export function escapeLong(text: string, max: number): string {
  const missing = text.length - max;
  return escapeTo(text, max, missing > 0 ? ` … ${missing} more characters, see the log` : "…");
}
