import { InteractionType, MessageFlags, MessageType } from "discord.js";
import { compact, type Fields, fieldsOf } from "../slack/json.ts";
import { channelJson } from "./channel-json.ts";
import type { Attachment, Body, Message } from "./types.ts";
import { bareMemberJson, iso, userJson } from "./user-json.ts";
import type { World } from "./world.ts";

/** A message as Discord sends it; as it was in an older version, when one is given. */
export function messageJson(
  world: World,
  message: Message,
  origin: string,
  shown: Body & { readonly at: number } = { ...message, at: message.versions.at(-1)?.at ?? 0 },
): Fields {
  const { id, channel, author, pings, thread, versions } = message;
  const [first] = versions;
  const isEdited = first !== undefined && first.at !== shown.at;
  const member = world.members.get(author);
  const siblings = world.messages.filter((it) => it.channel === channel);
  return compact({
    id,
    channel_id: channel,
    type: typeOf(world, message),
    author: member && userJson(member),
    content: shown.content,
    embeds: shown.embeds,
    components: shown.components,
    attachments: shown.attachments.map((it) => attachmentJson(it, channel, origin)),
    flags: flagsOf(message, shown),
    timestamp: iso(first?.at ?? 0),
    edited_timestamp: isEdited ? iso(shown.at) : null,
    mentions: pings.users.flatMap((it) => {
      const found = world.members.get(it);
      return found === undefined ? [] : [userJson(found)];
    }),
    mention_roles: pings.roles,
    mention_everyone: pings.everyone,
    pinned: false,
    tts: false,
    thread: thread && channelJson(world, thread),
    position:
      world.channels.get(channel)?.kind === "thread"
        ? siblings.findIndex((it) => it.id === message.id)
        : undefined,
    ...referenceJson(world, message),
    ...interactionJson(world, message),
  });
}

/** The same with what only the one who sent it, and listeners, get. */
export function newMessageJson(world: World, message: Message, origin: string): Fields {
  return compact({ ...messageJson(world, message, origin), nonce: message.nonce });
}

/** MESSAGE_CREATE and MESSAGE_UPDATE. */
export function messageEvent(world: World, message: Message, origin: string): Fields {
  const member = world.members.get(message.author);
  return compact({
    ...newMessageJson(world, message, origin),
    guild_id: world.guild.id,
    channel_type: world.channels.get(message.channel)?.kind === "thread" ? 11 : 0,
    member: member && bareMemberJson(member),
  });
}

function typeOf(world: World, message: Message): MessageType {
  if (world.interactions.get(message.interaction ?? "")?.kind === InteractionType.ApplicationCommand) {
    return MessageType.ChatInputCommand;
  }
  return message.replyTo === undefined ? MessageType.Default : MessageType.Reply;
}

function flagsOf(message: Message, shown: Body): number {
  return (
    shown.flags |
    (message.thread === undefined ? 0 : MessageFlags.HasThread) |
    (message.onlyFor === undefined ? 0 : MessageFlags.Ephemeral) |
    (message.isThinking ? MessageFlags.Loading : 0)
  );
}

function attachmentJson(it: Attachment, channel: string, origin: string): Fields {
  const url = `${origin}/attachments/${channel}/${it.id}/${encodeURIComponent(it.name)}`;
  return compact({
    id: it.id,
    filename: it.name,
    description: it.description,
    content_type: it.contentType,
    size: it.content.length,
    url,
    proxy_url: url,
  });
}

function referenceJson(world: World, { replyTo, channel }: Message): Fields {
  return replyTo === undefined
    ? {}
    : { message_reference: { type: 0, message_id: replyTo, channel_id: channel, guild_id: world.guild.id } };
}

function interactionJson(world: World, message: Message): Fields {
  const interaction = world.interactions.get(message.interaction ?? "");
  if (interaction === undefined) {
    return {};
  }
  const user = world.members.get(interaction.user);
  const name = fieldsOf(interaction.payload["data"])["name"];
  return {
    application_id: world.bot.id,
    webhook_id: world.bot.id,
    interaction_metadata: compact({
      id: interaction.id,
      type: interaction.kind,
      user: user && userJson(user),
      authorizing_integration_owners: { "0": world.guild.id },
      name,
      command_type: name === undefined ? undefined : 1,
      interacted_message_id: interaction.message?.id,
    }),
  };
}
