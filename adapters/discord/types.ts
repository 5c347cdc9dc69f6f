import type { Channel } from "../../src/chat/channel.ts";
import type { Desk } from "../../src/chat/desk.ts";

export interface DiscordLog {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface OpenThreads {
  stop(): Promise<void>;
  health(): { readonly ok: boolean; readonly detail: string };
}

/** What names the bot on Discord; all are snowflakes but the token. */
export interface DiscordApp {
  readonly token: string;
  readonly applicationId: string;
  readonly guildId: string;
  /** Another base of the REST API, which also says where the gateway is; null for Discord's own. */
  readonly apiUrl: string | null;
}

export interface DiscordOptions extends DiscordApp {
  readonly desk: Desk;
  /** The channel in which every deployment gets its thread. */
  readonly channelId: string;
  readonly log: DiscordLog;
  /** Milliseconds without a ready gateway after which a new one is begun from scratch (2 minutes). */
  readonly gatewayPatience?: number;
  /** Starts the live threads, at the start of the surface: the channel keeps their calls until it can post. */
  readonly openThreads: (channel: Channel) => OpenThreads;
  readonly now?: () => number;
}
