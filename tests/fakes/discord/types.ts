import type { Fields } from "../slack/json.ts";

export interface Attachment {
  readonly id: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly contentType: string;
  readonly content: Buffer;
}

/** What can be changed by an edit. */
export interface Body {
  readonly content: string;
  readonly embeds: readonly Fields[];
  readonly components: readonly Fields[];
  readonly attachments: readonly Attachment[];
  readonly flags: number;
}

export interface Version extends Body {
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Whom a message really pinged, after `allowed_mentions` and permissions. */
export interface Pings {
  readonly users: readonly string[];
  readonly roles: readonly string[];
  readonly everyone: boolean;
}

/** A message as it is now. The same object changes when the message is edited. */
export interface Message extends Body {
  readonly id: string;
  /** The id of the channel or the thread. */
  readonly channel: string;
  /** The author's id. */
  readonly author: string;
  readonly isFromBot: boolean;
  /** The first version, then one for each edit. */
  readonly versions: readonly Version[];
  /** Edits ping nobody. */
  readonly pings: Pings;
  readonly nonce: string | undefined;
  /** The message that it replies to. */
  readonly replyTo: string | undefined;
  readonly thread: Channel | undefined;
  /** Deferred, and not yet answered: people read "switchyard is thinking…". */
  readonly isThinking: boolean;
  readonly isDeleted: boolean;
  /** The only person who sees it. */
  readonly onlyFor: string | undefined;
  /** The interaction that it answers. */
  readonly interaction: string | undefined;
}

export interface StoredMessage extends Message {
  content: string;
  embeds: readonly Fields[];
  components: readonly Fields[];
  attachments: readonly Attachment[];
  flags: number;
  versions: Version[];
  thread: Channel | undefined;
  isThinking: boolean;
  isDeleted: boolean;
}

export interface Overwrite {
  readonly kind: "role" | "member";
  readonly allow: bigint;
  readonly deny: bigint;
}

export interface Channel {
  readonly id: string;
  name: string;
  readonly kind: "text" | "thread";
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** By the id of the role or the member. */
  readonly overwrites: Map<string, Overwrite>;
  /** The rest is for threads. */
  readonly parent: string | undefined;
  readonly owner: string | undefined;
  isArchived: boolean;
  isLocked: boolean;
  archivedAt: number;
  autoArchiveMinutes: number;
}

export interface Role {
  readonly id: string;
  readonly name: string;
  permissions: bigint;
  readonly isMentionable: boolean;
  /** The bot's own role. */
  readonly isManaged: boolean;
}

export interface Member {
  readonly id: string;
  readonly name: string;
  readonly nick: string | undefined;
  readonly isBot: boolean;
  readonly joinedAt: number;
  readonly roles: Set<string>;
}

/** A command as it was registered. */
export interface Command {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** As Discord would send it. */
  readonly content: Fields;
}

/** A form that stands open before a person. */
export interface Modal {
  readonly customId: string;
  readonly title: string;
  readonly components: readonly Fields[];
  /** Who sees it. */
  readonly user: string;
  readonly channel: string;
  /** The message with the component that opened it. */
  readonly message: Message | undefined;
}

export interface ApiRequest {
  readonly method: string;
  /** As it was called, without the query. */
  readonly path: string;
  /** Its name in Discord's description of the API, such as `create_message`; "unknown" where there is none. */
  readonly operation: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Names of the files that came along. */
  readonly files: readonly string[];
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Filled in when the answer is known; 0 means that the connection was dropped. */
  status: number;
  /** Discord's error code. */
  code: number | undefined;
  /** A rate limit that others have used up. */
  isShared: boolean;
}

/** A body that Discord would have refused. */
export interface Mistake {
  readonly operation: string;
  /** Where it is wrong, and why: "components.0.label: must be string". */
  readonly problems: readonly string[];
}
