import { textIn } from "./check-text.ts";
import { type Fields, fieldsOf, isFields, listOf, textOf } from "./json.ts";
import type { Message, View } from "./types.ts";

/** Something to click on: what it says, and where it stands. */
export interface Clickable {
  readonly text: string;
  readonly blockId: string;
  readonly element: Fields;
}

export function buttonsIn(blocks: readonly unknown[]): Clickable[] {
  return elementsIn(blocks, (type) => type === "button" || type === "workflow_button");
}

/** The elements of such a type, however deep they stand in their block. */
export function elementsIn(blocks: readonly unknown[], isWanted: (type: string) => boolean): Clickable[] {
  return blocks.flatMap((block) => {
    const blockId = String(fieldsOf(block)["block_id"]);
    return within(block, isWanted).map((element) => ({
      text: textOf(fieldsOf(element["text"])["text"]) ?? "",
      blockId,
      element,
    }));
  });
}

function within(value: unknown, isWanted: (type: string) => boolean): Fields[] {
  if (Array.isArray(value)) {
    return value.flatMap((it) => within(it, isWanted));
  }
  if (!isFields(value)) {
    return [];
  }
  const inner = Object.values(value).flatMap((it) => within(it, isWanted));
  return isWanted(String(value["type"])) ? [value, ...inner] : inner;
}

/** The options of a menu, in groups or not. */
export function optionsOf(element: Fields): Fields[] {
  const groups = listOf(element["option_groups"]).flatMap((it) => listOf(fieldsOf(it)["options"]));
  return [...listOf(element["options"]), ...groups].map(fieldsOf);
}

/** The texts of the buttons, in order. */
export function buttonsOf(on: Message | View): string[] {
  return buttonsIn(blocksOf(on)).map((it) => it.text);
}

/** All that a person reads in it: its blocks, or its text when it has none; then the names of its files. */
export function shown(on: Message | View): string {
  const blocks = blocksOf(on);
  if ("content" in on) {
    return [fieldsOf(on.content["title"])["text"], ...textIn(blocks)].join("\n");
  }
  const text = blocks.length > 0 ? textIn(blocks) : [on.text];
  return [...text, ...on.files.map((it) => it.title)].join("\n");
}

export function blocksOf(on: Message | View): readonly Fields[] {
  return "content" in on ? listOf(on.content["blocks"]).map(fieldsOf) : on.blocks;
}
