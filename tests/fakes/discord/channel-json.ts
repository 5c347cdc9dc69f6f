import { ChannelType } from "discord.js";
import type { Fields } from "../slack/json.ts";
import { permissionsIn } from "./permissions.ts";
import type { Channel } from "./types.ts";
import { iso, memberJson, roleJson } from "./user-json.ts";
import type { World } from "./world.ts";

const messagesIn = (world: World, { id }: Channel) =>
  world.messages.filter((it) => it.channel === id && it.onlyFor === undefined);

export function channelJson(world: World, channel: Channel): Fields {
  return channel.kind === "thread" ? threadJson(world, channel) : textJson(world, channel);
}

function textJson(world: World, channel: Channel): Fields {
  const texts = [...world.channels.values()].filter((it) => it.kind === "text");
  return {
    id: channel.id,
    type: ChannelType.GuildText,
    guild_id: world.guild.id,
    name: channel.name,
    flags: 0,
    last_message_id: messagesIn(world, channel).at(-1)?.id ?? null,
    last_pin_timestamp: null,
    nsfw: false,
    parent_id: null,
    permission_overwrites: [...channel.overwrites].map(([id, { kind, allow, deny }]) => ({
      id,
      type: kind === "role" ? 0 : 1,
      allow: String(allow),
      deny: String(deny),
    })),
    position: texts.indexOf(channel),
    rate_limit_per_user: 0,
    topic: null,
  };
}

function threadJson(world: World, thread: Channel): Fields {
  const sent = messagesIn(world, thread);
  const alive = sent.filter((it) => !it.isDeleted).length;
  return {
    id: thread.id,
    type: ChannelType.PublicThread,
    guild_id: world.guild.id,
    name: thread.name,
    flags: 0,
    last_message_id: sent.at(-1)?.id ?? null,
    member_count: 1,
    member_ids_preview: [thread.owner],
    message_count: alive,
    owner_id: thread.owner,
    parent_id: thread.parent,
    rate_limit_per_user: 0,
    thread_metadata: {
      archived: thread.isArchived,
      archive_timestamp: iso(thread.archivedAt),
      auto_archive_duration: thread.autoArchiveMinutes,
      create_timestamp: iso(thread.at),
      locked: thread.isLocked,
    },
    total_message_sent: sent.length,
  };
}

/** The channel as it comes with an interaction: with what the acting person may do there. */
export function placeJson(world: World, channel: Channel, user: string): Fields {
  const { permission_overwrites, ...json } = channelJson(world, channel);
  return { ...json, permissions: String(permissionsIn(world, user, channel)) };
}

export function guildJson(world: World): Fields {
  const { guild } = world;
  return {
    id: guild.id,
    name: guild.name,
    icon: null,
    splash: null,
    discovery_splash: null,
    home_header: null,
    banner: null,
    description: null,
    owner_id: guild.owner,
    features: [],
    afk_channel_id: null,
    afk_timeout: 300,
    application_id: null,
    default_message_notifications: 1,
    explicit_content_filter: 0,
    emojis: [],
    stickers: [],
    incidents_data: null,
    max_members: 500_000,
    max_presences: null,
    max_stage_video_channel_users: 50,
    max_video_channel_users: 25,
    mfa_level: 0,
    nsfw: false,
    nsfw_level: 0,
    preferred_locale: "en-US",
    premium_progress_bar_enabled: false,
    premium_subscription_count: 0,
    premium_tier: 0,
    public_updates_channel_id: null,
    region: "deprecated",
    roles: [...world.roles.values()].map((it) => roleJson(world, it)),
    rules_channel_id: null,
    safety_alerts_channel_id: null,
    system_channel_flags: 0,
    system_channel_id: null,
    vanity_url_code: null,
    verification_level: 0,
    widget_channel_id: null,
    widget_enabled: false,
  };
}

/** GUILD_CREATE: the guild and all that is in it. Members, without the privileged intent, are the bot alone. */
export function wholeGuildJson(world: World): Fields {
  const bot = world.members.get(world.bot.id);
  const channels = [...world.channels.values()];
  return {
    ...guildJson(world),
    joined_at: iso(bot?.joinedAt ?? world.now()),
    large: false,
    unavailable: false,
    member_count: world.members.size,
    members: bot === undefined ? [] : [memberJson(bot)],
    channels: channels.filter((it) => it.kind === "text").map((it) => channelJson(world, it)),
    threads: channels
      .filter((it) => it.kind === "thread" && !it.isArchived)
      .map((it) => channelJson(world, it)),
    presences: [],
    voice_states: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}
