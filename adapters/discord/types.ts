import type { Deliveries, Desk } from "../../src/chat/desk.ts";
import type { Pacing } from "../../src/chat/platform/backoff.ts";
import type { OpensNotices, OpensThreads, PlatformLog } from "../../src/chat/platform/parts.ts";

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
  /** What was delivered, kept before it is acknowledged. */
  readonly deliveries: Deliveries;
  /** The channel in which every deployment gets its thread. */
  readonly channelId: string;
  readonly log: PlatformLog;
  /** Milliseconds without a ready gateway after which a new one is begun from scratch (2 minutes). */
  readonly gatewayPatience?: number;
  readonly openThreads: OpensThreads;
  readonly openNotices: OpensNotices;
  /** Of everything but the connection itself. */
  readonly pacing?: Pacing;
  readonly now?: () => number;
}
