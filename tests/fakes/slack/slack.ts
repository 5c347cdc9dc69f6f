import type { LateBlock } from "./check-blocks.ts";
import type { Deliveries } from "./deliveries.ts";
import type { Faults } from "./faults.ts";
import type { HttpMode } from "./http-mode.ts";
import type { In, Person } from "./person.ts";
import type { SocketMode } from "./socket-mode.ts";
import type { ApiRequest, Channel, Message, SlackFile, Version } from "./types.ts";
import type { Workspace } from "./workspace.ts";

/** A Slack that works, with one workspace and one app in it. */
export interface FakeSlack {
  /** For `clientOptions.slackApiUrl`. */
  readonly apiUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly bot: Workspace["bot"];
  readonly team: Workspace["team"];
  /** What the bot may do; take one away and calls that need it fail. */
  readonly scopes: Set<string>;
  readonly socket: Pick<
    SocketMode,
    "connections" | "opened" | "strayAcks" | "refuses" | "disconnect" | "cut" | "fallSilent" | "sendRaw"
  >;
  readonly http: Pick<HttpMode, "url" | "use" | "stop" | "post" | "replay">;
  readonly faults: Pick<Faults, "add" | "clear">;
  readonly deliveries: Pick<Deliveries, "all" | "delayMilliseconds" | "duplicates">;
  /** Every call, in order. Calls of a response_url go by that name. */
  readonly requests: readonly ApiRequest[];
  /** Files that were shared, in order. */
  readonly files: readonly SlackFile[];
  /** How many calls were answered with 429. */
  readonly rateLimited: number;
  /** The person of that name; a new one the first time. */
  user(who: { name: string; groups?: readonly string[]; team?: string; id?: string }): Person;
  /** An admin of the workspace closes the account. */
  deactivate(id: string): void;
  /** The user group with that handle. */
  group(handle: string, id?: string): { readonly id: string; readonly members: Set<string> };
  /** The channel of that name; a new one the first time, with the bot in it unless `bot` is false. */
  channel(name: string, options?: { bot?: boolean; kind?: "public" | "private" }): Channel;
  /** What everyone sees in the channel itself, as it is now: replies are in `message.replies`. */
  messages(channel: In): readonly Message[];
  /** What only one person sees there. */
  ephemeral(channel: In): readonly Message[];
  /** The versions after the first. */
  edits(ts: string): readonly Version[];
  calls(method: string): readonly ApiRequest[];
  /** Waits until this finds something; it is asked again whenever anything changes. 5 s, unless told otherwise. */
  until: Workspace["until"];
  /** From now on the workspace knows exactly these newer blocks. */
  take(...kinds: LateBlock[]): void;
  revokeTokens(): void;
  /** Takes all of Slack off the network, or brings it back. */
  setDown(isDown: boolean): void;
  stop(): Promise<void>;
}
