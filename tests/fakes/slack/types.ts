import type { Fields } from "./json.ts";

export interface Version {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
  readonly blocks: readonly Fields[];
}

export interface SlackFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly content: Buffer;
}

/** A message as it is now. The same object changes when the message is edited. */
export interface Message {
  readonly ts: string;
  readonly channel: string;
  /** The author's id. */
  readonly user: string;
  readonly isFromBot: boolean;
  readonly text: string;
  readonly blocks: readonly Fields[];
  readonly files: readonly SlackFile[];
  /** The first version, then one for each edit. */
  readonly versions: readonly Version[];
  /** The root's ts, for a reply. */
  readonly threadTs: string | undefined;
  readonly replies: readonly Message[];
  readonly isBroadcast: boolean;
  readonly isDeleted: boolean;
  /** What the bot attached for itself: `event_type` and `event_payload`. */
  readonly metadata: Fields | undefined;
  /** The only person who sees it. */
  readonly onlyFor: string | undefined;
  /** Who reacted, by the emoji's name. */
  readonly reactions: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface StoredMessage extends Message {
  text: string;
  blocks: Fields[];
  files: SlackFile[];
  versions: Version[];
  replies: StoredMessage[];
  isDeleted: boolean;
  metadata: Fields | undefined;
  reactions: Map<string, Set<string>>;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly kind: "public" | "private" | "im";
  /** Ids of people, and the bot's when it is in. */
  readonly members: Set<string>;
  isArchived: boolean;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly team: string;
  /** Deactivated by an admin of the workspace. */
  isDeleted?: boolean;
}

export interface View {
  readonly id: string;
  readonly user: string;
  readonly kind: "modal" | "home";
  /** As Slack would send it, without `state`. */
  content: Fields;
  hash: string;
  isOpen: boolean;
}

export interface ApiRequest {
  readonly method: string;
  readonly args: Fields;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Filled in when the answer is known; 0 means that the connection was dropped. */
  status: number;
  error: string | undefined;
}
