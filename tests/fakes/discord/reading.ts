import { ComponentType } from "discord.js";
import { type Fields, fieldsOf, listOf, textOf } from "../slack/json.ts";
import { textsIn } from "./mentions.ts";
import { allIn } from "./settle-components.ts";
import type { Body, Message } from "./types.ts";

export function buttonsIn(components: readonly Fields[]): Fields[] {
  return components.flatMap(allIn).filter((it) => it["type"] === ComponentType.Button);
}

/** The labels of the buttons, in order. */
export function buttonsOf(on: Body): string[] {
  return buttonsIn(on.components).map((it) => textOf(it["label"]) ?? "");
}

/** All that a person reads in it: text, embeds, components and the names of files. */
export function shown(on: Message | Body): string {
  return [
    on.content,
    ...on.embeds.flatMap(textsOfEmbed),
    ...textsIn(on.components),
    ...on.attachments.map((it) => it.name),
  ]
    .filter((it) => it !== "")
    .join("\n");
}

function textsOfEmbed(embed: Fields): string[] {
  const fields = listOf(embed["fields"]).map(fieldsOf);
  const all = [
    fieldsOf(embed["author"])["name"],
    embed["title"],
    embed["description"],
    ...fields.flatMap((it) => [it["name"], it["value"]]),
    fieldsOf(embed["footer"])["text"],
  ];
  return all.flatMap((it) => textOf(it) ?? []);
}
