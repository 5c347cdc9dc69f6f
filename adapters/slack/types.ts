import type { webApi } from "@slack/bolt";
import type { Channel } from "../../src/chat/channel.ts";
import type { Desk } from "../../src/chat/desk.ts";

export type WebClient = webApi.WebClient;

export interface SlackLog {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface OpenThreads {
  stop(): Promise<void>;
  health(): { readonly ok: boolean; readonly detail: string };
}

export interface SlackOptions {
  readonly desk: Desk;
  readonly botToken: string;
  /** With it Slack is reached by Socket Mode; without it Slack reaches us, and `signingSecret` and `listen` are needed. */
  readonly appToken: string | null;
  readonly signingSecret: string | null;
  /** An id, or a name with or without #. */
  readonly channel: string;
  /** Put before the name of each slash command, such as `sy-` for /sy-deploy. */
  readonly commandPrefix: string;
  /** Another base of Slack's Web API, such as https://slack-gov.com/api/. */
  readonly apiUrl: string | null;
  readonly listen: { readonly host: string; readonly port: number } | null;
  /** Milliseconds without a pong after which a socket counts as lost (5 s). */
  readonly pongWithin?: number;
  readonly log: SlackLog;
  /** Starts the live threads, at the start of the surface: the channel keeps their calls until it can post. */
  readonly openThreads: (channel: Channel) => OpenThreads;
}
