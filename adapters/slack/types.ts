import type { webApi } from "@slack/bolt";
import type { Deliveries, Desk } from "../../src/chat/desk.ts";
import type { Pacing } from "../../src/chat/platform/backoff.ts";
import type { OpensNotices, OpensThreads, PlatformLog } from "../../src/chat/platform/parts.ts";

export type WebClient = webApi.WebClient;

export interface SlackOptions {
  readonly desk: Desk;
  /** What was delivered, kept before it is acknowledged. */
  readonly deliveries: Deliveries;
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
  readonly log: PlatformLog;
  readonly openThreads: OpensThreads;
  readonly openNotices: OpensNotices;
  /** Of everything but the connection itself. */
  readonly pacing?: Pacing;
}
