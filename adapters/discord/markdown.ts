import { clean, escapeWithin } from "../../src/chat/platform/text.ts";

/**
 * Whatever begins markup, mentions, links or emoji in Discord's markdown. A backslash before any character that is
 * no letter, digit or space shows that character (support.discord.com/hc/en-us/articles/210298617).
 */
export function escapeCharacter(character: string): string {
  return /[\\*_~`|<>#[\]@:]/.test(character) ? `\\${character}` : character;
}

/** Text as text, at most `max` characters: lines that would be list items stay lines. */
export function escapeText(text: string, max: number, ending = "…"): string {
  let room = max;
  for (;;) {
    const escaped = escapeWithin(text, room, ending, escapeCharacter)
      .replaceAll(/^(\s*)([-+])/gm, "$1\\$2")
      .replaceAll(/^(\s*\d+)([.)])/gm, "$1\\$2");
    const over = escaped.length - max;
    if (over <= 0 || room <= ending.length) {
      return escaped;
    }
    // What the list items have grown by is taken from the end.
    room = Math.max(ending.length, room - over);
  }
}

/** The same, and it says how much is missing. */
export function escapeLong(text: string, max: number): string {
  const missing = text.length - max;
  return escapeText(text, max, missing > 0 ? ` … ${missing} more characters, see the log` : "…");
}

export function bold(text: string): string {
  return `**${text}**`;
}

/** Nothing in it can end the block: backticks in a row are parted by a space of no width. */
export function codeBlock(text: string): string {
  return `\`\`\`\n${clean(text).replaceAll(/`(?=`)/g, "`\u200b")}\n\`\`\``;
}
