import { randomUUID } from "node:crypto";
import type { Fields } from "./json.ts";
import type { ApiRequest, Channel, SlackFile, StoredMessage, User, View } from "./types.ts";

/** A link through which the bot may answer an interaction, and a ticket for one modal. */
export interface Interaction {
  readonly channel: string | undefined;
  readonly user: string;
  /** The message that was clicked. */
  readonly message: StoredMessage | undefined;
  readonly at: number;
  uses: number;
}

export interface Upload {
  readonly id: string;
  readonly name: string;
  readonly length: number;
  content: Buffer | undefined;
}

export interface Workspace {
  readonly team: { readonly id: string; readonly name: string; readonly domain: string };
  readonly bot: {
    readonly userId: string;
    readonly botId: string;
    readonly appId: string;
    readonly name: string;
  };
  readonly users: Map<string, User>;
  readonly channels: Map<string, Channel>;
  /** Ids of members, by the group's id. */
  readonly groups: Map<string, { readonly handle: string; readonly members: Set<string> }>;
  readonly messages: StoredMessage[];
  readonly uploads: Map<string, Upload>;
  readonly files: SlackFile[];
  readonly views: Map<string, View>;
  readonly triggers: Map<string, Interaction>;
  readonly responseUrls: Map<string, Interaction>;
  readonly requests: ApiRequest[];
  now(): number;
  newId(prefix: string): string;
  /** A unique message timestamp: seconds and microseconds. */
  newTs(): string;
  newHash(): string;
  /** Tells everyone who waits that something happened. */
  changed(): void;
  /** Waits until this finds something. Looks again at each change; there is no polling. */
  until<T>(find: () => T, milliseconds?: number, what?: string): Promise<NonNullable<T>>;
  channel(id: string | undefined): Channel | undefined;
  dmWith(user: string): Channel;
  message(channel: string, ts: string | undefined): StoredMessage | undefined;
}

export interface WorkspaceOptions {
  readonly botName?: string;
  readonly teamDomain?: string;
  readonly now?: () => number;
}

export function createWorkspace({
  botName = "switchyard",
  teamDomain = "acme",
  now = Date.now,
}: WorkspaceOptions): Workspace {
  let lastId = 0;
  let lastMicroseconds = 0;
  const waiting = new Set<() => void>();
  const newId = (prefix: string) => `${prefix}0${(++lastId).toString(36).toUpperCase().padStart(9, "A")}`;
  const channels = new Map<string, Channel>();
  const messages: StoredMessage[] = [];
  const bot = { userId: newId("U"), botId: newId("B"), appId: newId("A"), name: botName };

  function describe(): string {
    const lines = messages.map(
      (it) => `  ${it.onlyFor === undefined ? "" : `(only for ${it.onlyFor}) `}${it.text}`,
    );
    return lines.length === 0 ? "There is no message." : `The messages are:\n${lines.join("\n")}`;
  }

  return {
    team: { id: newId("T"), name: teamDomain, domain: teamDomain },
    bot,
    users: new Map(),
    channels,
    groups: new Map(),
    messages,
    uploads: new Map(),
    files: [],
    views: new Map(),
    triggers: new Map(),
    responseUrls: new Map(),
    requests: [],
    now,
    newId,
    newTs() {
      lastMicroseconds = Math.max(now() * 1000, lastMicroseconds + 1);
      return `${Math.floor(lastMicroseconds / 1e6)}.${String(lastMicroseconds % 1e6).padStart(6, "0")}`;
    },
    newHash: () => `${Math.floor(now() / 1000)}.${randomUUID().slice(0, 8)}`,
    changed() {
      for (const look of [...waiting]) {
        look();
      }
    },
    until(find, milliseconds = 5000, what = find.toString()) {
      return new Promise((resolve, reject) => {
        const end = () => {
          clearTimeout(timer);
          waiting.delete(look);
        };
        const look = () => {
          try {
            const found = find();
            if (found !== undefined && found !== null && found !== false) {
              end();
              resolve(found);
            }
          } catch (error) {
            end();
            reject(error);
          }
        };
        const timer = setTimeout(() => {
          end();
          reject(new Error(`not within ${milliseconds} ms: ${what}\n${describe()}`));
        }, milliseconds);
        waiting.add(look);
        look();
      });
    },
    channel(id) {
      const name = id?.replace(/^#/, "");
      return (
        channels.get(id ?? "") ?? [...channels.values()].find((it) => it.kind !== "im" && it.name === name)
      );
    },
    dmWith(user) {
      const known = [...channels.values()].find((it) => it.kind === "im" && it.members.has(user));
      if (known !== undefined) {
        return known;
      }
      const id = newId("D");
      const dm: Channel = {
        id,
        name: "directmessage",
        kind: "im",
        members: new Set([user, bot.userId]),
        isArchived: false,
      };
      channels.set(id, dm);
      return dm;
    },
    message: (channel, ts) => messages.find((it) => it.channel === channel && it.ts === ts && !it.isDeleted),
  };
}

/** What a new message needs; everything else starts empty. */
export interface Draft {
  readonly channel: string;
  readonly user: string;
  readonly text: string;
  readonly blocks?: Fields[];
  readonly files?: SlackFile[];
  readonly thread?: StoredMessage | undefined;
  readonly isBroadcast?: boolean;
  readonly onlyFor?: string;
  readonly metadata?: Fields | undefined;
}

export function addMessage(workspace: Workspace, draft: Draft): StoredMessage {
  const blocks = draft.blocks ?? [];
  const message: StoredMessage = {
    ts: workspace.newTs(),
    channel: draft.channel,
    user: draft.user,
    isFromBot: draft.user === workspace.bot.userId,
    text: draft.text,
    blocks,
    files: draft.files ?? [],
    versions: [{ at: workspace.now(), text: draft.text, blocks }],
    threadTs: draft.thread?.ts,
    replies: [],
    isBroadcast: draft.isBroadcast ?? false,
    isDeleted: false,
    metadata: draft.metadata,
    onlyFor: draft.onlyFor,
    reactions: new Map(),
  };
  workspace.messages.push(message);
  draft.thread?.replies.push(message);
  workspace.changed();
  return message;
}

export function editMessage(
  workspace: Workspace,
  message: StoredMessage,
  text: string,
  blocks: Fields[],
): void {
  message.text = text;
  message.blocks = blocks;
  message.versions.push({ at: workspace.now(), text, blocks });
  workspace.changed();
}

export function deleteMessage(workspace: Workspace, message: StoredMessage): void {
  message.isDeleted = true;
  workspace.changed();
}
