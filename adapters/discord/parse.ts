import { InteractionType, type Snowflake } from "discord.js";
import { type Fields, fieldsOf, listOf, textOf } from "../../src/chat/platform/json.ts";

/** Who speaks, as far as the payload says. */
export interface Speaker {
  readonly user: Snowflake;
  readonly name: string;
  /** Null outside of any guild. */
  readonly guild: Snowflake | null;
  readonly roles: readonly Snowflake[];
}

/** By these an interaction is answered; the token lives for 15 minutes. */
export interface Handle {
  readonly id: Snowflake;
  readonly token: string;
}

interface Asked {
  readonly handle: Handle;
  readonly who: Speaker;
}

export type OptionValue = string | number | boolean;

export type Input = Asked &
  (
    | {
        readonly kind: "command";
        readonly name: string;
        readonly options: Readonly<Record<string, OptionValue>>;
      }
    | {
        readonly kind: "typing";
        readonly name: string;
        readonly options: Readonly<Record<string, OptionValue>>;
        /** The option that is being typed. */
        readonly focused: string;
      }
    | { readonly kind: "click"; readonly customId: string }
    | { readonly kind: "form"; readonly customId: string; readonly values: Readonly<Record<string, string>> }
  );

/** An interaction as the gateway brings it; null for what is not ours to answer. */
export function parseInteraction(payload: Fields): Input | null {
  const id = textOf(payload["id"]);
  const token = textOf(payload["token"]);
  const who = speakerOf(payload);
  if (id === null || token === null || who === null) {
    return null;
  }
  const data = fieldsOf(payload["data"]);
  const asked = { handle: { id, token }, who };
  const customId = textOf(data["custom_id"]);
  const name = textOf(data["name"]);
  switch (payload["type"]) {
    case InteractionType.ApplicationCommand:
      return name === null ? null : { ...asked, kind: "command", name, options: optionsOf(data) };
    case InteractionType.ApplicationCommandAutocomplete: {
      const focused = listOf(data["options"])
        .map(fieldsOf)
        .find((one) => one["focused"] === true);
      const option = textOf(focused?.["name"]);
      return name === null || option === null
        ? null
        : { ...asked, kind: "typing", name, options: optionsOf(data), focused: option };
    }
    case InteractionType.MessageComponent:
      return customId === null ? null : { ...asked, kind: "click", customId };
    case InteractionType.ModalSubmit:
      return customId === null ? null : { ...asked, kind: "form", customId, values: valuesOf(data) };
    default:
      return null;
  }
}

function speakerOf(payload: Fields): Speaker | null {
  const member = fieldsOf(payload["member"]);
  const user = fieldsOf(member["user"] ?? payload["user"] ?? payload["author"]);
  const id = textOf(user["id"]);
  return id === null || user["bot"] === true
    ? null
    : {
        user: id,
        name: textOf(member["nick"]) ?? textOf(user["global_name"]) ?? textOf(user["username"]) ?? id,
        guild: textOf(payload["guild_id"]),
        roles: listOf(member["roles"]).filter((role) => typeof role === "string"),
      };
}

function optionsOf(data: Fields): Record<string, OptionValue> {
  const given: Record<string, OptionValue> = {};
  for (const option of listOf(data["options"]).map(fieldsOf)) {
    const name = textOf(option["name"]);
    const { value } = option;
    if (
      name !== null &&
      (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    ) {
      given[name] = value;
    }
  }
  return given;
}

/** A form's fields stand in rows, or under labels. */
function valuesOf(data: Fields): Record<string, string> {
  const values: Record<string, string> = {};
  for (const row of listOf(data["components"]).map(fieldsOf)) {
    for (const field of [row["component"], ...listOf(row["components"])].map(fieldsOf)) {
      const name = textOf(field["custom_id"]);
      if (name !== null && typeof field["value"] === "string") {
        values[name] = field["value"];
      }
    }
  }
  return values;
}

export interface Mention {
  readonly who: Speaker;
  readonly channel: Snowflake;
  readonly message: Snowflake;
  /** What follows the bot's name, with a slash before it. */
  readonly text: string;
}

/** A message that speaks to the bot: its name comes first. What bots say is left alone, replies included. */
export function parseMention(message: Fields, bot: Snowflake): Mention | null {
  const who = speakerOf(message);
  const id = textOf(message["id"]);
  const channel = textOf(message["channel_id"]);
  const [, said] = new RegExp(`^\\s*<@!?${bot}>([\\s\\S]*)$`).exec(textOf(message["content"]) ?? "") ?? [];
  return who === null ||
    id === null ||
    channel === null ||
    said === undefined ||
    message["webhook_id"] !== undefined
    ? null
    : { who, channel, message: id, text: slashed(said) };
}

/** `deploy yoga` and `/deploy yoga` mean the same, and nothing means help. */
export function slashed(text: string): string {
  const typed = text.replaceAll(/^[\s:,`]+|[\s`]+$/g, "");
  return typed === "" ? "/help" : typed.startsWith("/") ? typed : `/${typed}`;
}
