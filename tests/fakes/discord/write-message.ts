import { MessageFlags } from "discord.js";
import { type Fields, fieldsOf, listOf, textOf } from "../slack/json.ts";
import { ApiError, type Call } from "./api.ts";
import { checkMessage } from "./check-message.ts";
import { pingsOf, textsIn } from "./mentions.ts";
import { settleComponents } from "./settle-components.ts";
import type { Attachment, Body, Channel, Pings, StoredMessage } from "./types.ts";
import type { World } from "./world.ts";

/** Other flags of a request are not kept. */
const keptFlags =
  MessageFlags.SuppressEmbeds | MessageFlags.SuppressNotifications | MessageFlags.IsComponentsV2;

/** What the body of a request makes of a message: of an empty one, or of the one that it edits. */
export function written(call: Call, body: Fields, before?: StoredMessage): Body {
  const flags = (Number(body["flags"] ?? before?.flags ?? 0) & keptFlags) | (before?.flags ?? 0);
  const after: Body = {
    content: body["content"] === undefined ? (before?.content ?? "") : (textOf(body["content"]) ?? ""),
    embeds: body["embeds"] === undefined ? (before?.embeds ?? []) : settleEmbeds(call.world, body["embeds"]),
    components:
      body["components"] === undefined
        ? (before?.components ?? [])
        : settleComponents(listOf(body["components"]).map(fieldsOf)),
    attachments: attachmentsOf(call, body, before),
    flags,
  };
  checkMessage(body, after, before);
  return after;
}

/** Whom that pings. */
export function pinged(
  world: World,
  channel: Channel,
  request: Fields,
  body: Body,
  repliesTo?: StoredMessage,
): Pings {
  const text = [body.content, ...textsIn(body.components)].join("\n");
  return pingsOf(world, channel, text, request["allowed_mentions"], repliesTo);
}

function settleEmbeds(world: World, embeds: unknown): Fields[] {
  return listOf(embeds).map((it) => ({
    type: "rich",
    content_scan_version: 0,
    id: world.newId(),
    ...fieldsOf(it),
  }));
}

/** `attachments` names what is kept of the old files and describes the new ones; without it all are kept. */
function attachmentsOf(call: Call, body: Fields, before: StoredMessage | undefined): readonly Attachment[] {
  const listed = body["attachments"] === undefined ? undefined : listOf(body["attachments"]).map(fieldsOf);
  const old = before?.attachments ?? [];
  const kept = listed === undefined ? old : old.filter((it) => listed.some(({ id }) => id === it.id));
  const added = call.files.map(({ index, name, contentType, content }): Attachment => {
    const about = listed?.find(({ id }) => String(id) === index);
    return {
      id: call.world.newId(),
      name: (textOf(about?.["filename"]) ?? name).replaceAll(" ", "_"),
      description: textOf(about?.["description"]),
      contentType,
      content,
    };
  });
  if (added.some((it) => it.content.length > maxFileSize)) {
    throw new ApiError(413, 40005, "Request entity too large");
  }
  return [...kept, ...added];
}

/** What a bot may upload to a guild without boosts. */
export const maxFileSize = 10 * 1024 * 1024;
