import type { types } from "@slack/bolt";

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

/** The address has to be a plain one, and is shown as this text. */
export function link(url: string, text: string): RichElement {
  return { type: "link", url, text };
}

export function bullets(items: readonly string[]): types.RichTextList {
  return bulletsOf(items.map(plain));
}

export function bulletsOf(items: readonly RichElement[]): types.RichTextList {
  return { type: "rich_text_list", style: "bullet", elements: items.map((item) => section(item)) };
}

export function richText(...elements: types.RichTextBlock["elements"]): types.RichTextBlock {
  return { type: "rich_text", elements };
}
