import type { InteractionType } from "discord.js";
import type { Fields } from "../slack/json.ts";
import { channelJson, placeJson } from "./channel-json.ts";
import type { Begun } from "./interactions.ts";
import { messageJson } from "./message-json.ts";
import { permissionsIn } from "./permissions.ts";
import type { Channel, Member, StoredMessage, Version } from "./types.ts";
import { actorJson, iso, memberJson, roleJson, userJson } from "./user-json.ts";
import type { World } from "./world.ts";
import { maxFileSize } from "./write-message.ts";

/** What a person did, with the message that it was done to. */
export interface Deed {
  readonly kind: InteractionType;
  readonly member: Member;
  readonly channel: Channel;
  readonly data: Fields;
  readonly message?: StoredMessage | undefined;
  /** The message as the person saw it. */
  readonly version?: Version | undefined;
}

/** An interaction with the keys that Discord's have: a test compares them with recorded ones. */
export function begun(world: World, origin: string, deed: Deed): Begun {
  const { kind, member, channel, data, message, version } = deed;
  const { guild, bot } = world;
  return {
    kind,
    user: member.id,
    channel: channel.id,
    message,
    payload: (id, token) => ({
      app_permissions: String(permissionsIn(world, bot.id, channel)),
      application_id: bot.id,
      attachment_size_limit: maxFileSize,
      authorizing_integration_owners: { "0": guild.id },
      channel: whereJson(world, channel, member),
      channel_id: channel.id,
      context: 0,
      data,
      entitlement_sku_ids: [],
      entitlements: [],
      guild: { features: [], id: guild.id, locale: "en-US" },
      guild_id: guild.id,
      guild_locale: "en-US",
      id,
      locale: "en-US",
      member: actorJson(world, member, channel),
      token,
      type: kind,
      version: 1,
      ...(message !== undefined && { message: messageJson(world, message, origin, version) }),
    }),
  };
}

/** In a thread Discord adds the person's membership of it. */
function whereJson(world: World, channel: Channel, member: Member): Fields {
  const json = placeJson(world, channel, member.id);
  if (channel.kind === "text") {
    return json;
  }
  const joined = { join_timestamp: iso(channel.at), mute_config: null, muted: false };
  return { ...json, member: { flags: 0, id: channel.id, user_id: member.id, ...joined } };
}

/** The things that the values of options name by their ids. */
export function resolvedJson(world: World, ids: readonly string[]): Fields | undefined {
  const members = ids.flatMap((it) => world.members.get(it) ?? []);
  const roles = ids.flatMap((it) => world.roles.get(it) ?? []);
  const channels = ids.flatMap((it) => world.channels.get(it) ?? []);
  const by = <T extends { id: string }>(all: readonly T[], json: (it: T) => Fields) =>
    all.length === 0 ? undefined : Object.fromEntries(all.map((it) => [it.id, json(it)]));
  const bare = (it: Member) => {
    const { user, ...rest } = memberJson(it);
    return { ...rest, permissions: String(permissionsIn(world, it.id, undefined)) };
  };
  const all = {
    users: by(members, userJson),
    members: by(members, bare),
    roles: by(roles, (it) => roleJson(world, it)),
    channels: by(channels, (it) => channelJson(world, it)),
  };
  const found = Object.entries(all).filter(([, it]) => it !== undefined);
  return found.length === 0 ? undefined : Object.fromEntries(found);
}
