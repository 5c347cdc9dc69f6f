import type { types } from "@slack/bolt";
import { clean, cut } from "./text.ts";

/** Rich text is never parsed: what stands in it is shown as it is, so it needs no escaping. */
export type RichSection = types.RichTextSection;
export type RichElement = types.RichTextElement;

export function plain(text: string): RichElement {
  return { type: "text", text };
}

export function bold(text: string): RichElement {
  return { type: "text", text, style: { bold: true } };
}

export function section(...elements: readonly RichElement[]): RichSection {
  return { type: "rich_text_section", elements: [...elements] };
}

export function preformatted(text: string): types.RichTextPreformatted {
  return { type: "rich_text_preformatted", elements: [{ type: "text", text }] };
}

export function bullets(items: readonly string[]): types.RichTextList {
  return { type: "rich_text_list", style: "bullet", elements: items.map((item) => section(plain(item))) };
}

export function richText(...elements: types.RichTextBlock["elements"]): types.RichTextBlock {
  return { type: "rich_text", elements };
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
