import { randomUUID } from "node:crypto";
import { GatewayCloseCodes, GatewayIntentBits, GatewayOpcodes } from "discord.js";
import type { Fields } from "../slack/json.ts";
import { wholeGuildJson } from "./channel-json.ts";
import { botJson } from "./routes-read.ts";
import type { World } from "./world.ts";

interface Packet {
  readonly op: number;
  readonly t: string;
  readonly s: number;
  readonly d: Fields;
}

/** What a bot can come back to. */
export interface Session {
  readonly id: string;
  readonly intents: number;
  /** All that was sent, so that it can be sent again. */
  readonly packets: Packet[];
}

export function newSession(intents: number): Session {
  return { id: randomUUID().replaceAll("-", ""), intents, packets: [] };
}

/** The next packet of a session; its numbers begin with 1. */
export function nextPacket(session: Session, event: string, data: Fields): Packet {
  const packet = { op: GatewayOpcodes.Dispatch, t: event, s: session.packets.length + 1, d: data };
  session.packets.push(packet);
  return packet;
}

/** What a client hears when it has identified: READY, and its guild when it asked for guilds. */
export function greetings(
  world: World,
  session: Session,
  resumeUrl: string,
): [event: string, data: Fields][] {
  const { guild, bot } = world;
  const ready = {
    v: 10,
    user: botJson(world),
    guilds: [{ id: guild.id, unavailable: true }],
    session_id: session.id,
    session_type: "normal",
    resume_gateway_url: resumeUrl,
    shard: [0, 1],
    application: { id: bot.id, flags: 0 },
    private_channels: [],
    relationships: [],
    presences: [],
    user_settings: {},
    user_settings_proto: "",
    geo_ordered_rtc_regions: [],
    auth: {},
    _trace: [],
  };
  const hasGuilds = (session.intents & GatewayIntentBits.Guilds) !== 0;
  return [
    ["READY", ready],
    ...(hasGuilds ? [["GUILD_CREATE", wholeGuildJson(world)] satisfies [string, Fields]] : []),
  ];
}

const allIntents = Object.values(GatewayIntentBits)
  .filter((it) => typeof it === "number")
  .reduce((all, it) => all | it, 0);

const privilegedIntents = [
  GatewayIntentBits.GuildMembers,
  GatewayIntentBits.GuildPresences,
  GatewayIntentBits.MessageContent,
];

/** The code with which somebody who asks for these intents is shown out; undefined when they may have them. */
export function intentsRefusal(
  intents: number,
  privileged: readonly number[],
): GatewayCloseCodes | undefined {
  if (!Number.isInteger(intents) || (intents & ~allIntents) !== 0) {
    return GatewayCloseCodes.InvalidIntents;
  }
  const isRefused = privilegedIntents.some((it) => (intents & it) !== 0 && !privileged.includes(it));
  return isRefused ? GatewayCloseCodes.DisallowedIntents : undefined;
}
