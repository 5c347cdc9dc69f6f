import { ComponentType, Routes } from "discord.js";
import { type Fields, fieldsOf, listOf, textOf } from "../../src/chat/platform/json.ts";
import type { PlatformLog } from "../../src/chat/platform/parts.ts";
import type { Api } from "./api.ts";
import { codes, discordError } from "./discord-error.ts";
import { idAt } from "./snowflake.ts";

export interface FindParts {
  readonly api: Api;
  /** The bot's own user id. */
  readonly bot: string;
  readonly log: PlatformLog;
}

const pageSize = 100;
/** A busy channel has about this many messages between a try and the next one. */
const mostPages = 10;
/** Discord's clock and ours may differ by this much, in milliseconds. */
const clockSlack = 5 * 60_000;

export function since(milliseconds: number): string {
  return idAt(milliseconds - clockSlack);
}

/** The bot's own message after `after` that this is true of; null when there is none. */
export async function findMessage(
  { api, bot, log }: FindParts,
  channel: string,
  after: string,
  isWanted: (message: Fields) => boolean,
): Promise<string | null> {
  let from = after;
  for (let page = 0; page < mostPages; page += 1) {
    try {
      const query = { after: from, limit: pageSize };
      const messages = listOf(await api("GET", Routes.channelMessages(channel), { query })).map(fieldsOf);
      const found = messages.find(
        (message) => fieldsOf(message["author"])["id"] === bot && isWanted(message),
      );
      if (found !== undefined || messages.length < pageSize) {
        return textOf(found?.["id"]);
      }
      from = messages.map(({ id }) => String(id)).reduce((a, b) => (BigInt(a) > BigInt(b) ? a : b), from);
    } catch (error) {
      const { code, message } = discordError(error);
      if (code !== codes.missingAccess && code !== codes.missingPermissions) {
        throw error;
      }
      // Twice is better than never.
      log.warn({ reason: message }, "discord: looking whether a message was posted already");
      return null;
    }
  }
  return null;
}

export function hasMarker(message: Fields, marker: number): boolean {
  return listOf(message["components"])
    .map(fieldsOf)
    .some(({ type, id }) => type === ComponentType.Container && id === marker);
}
