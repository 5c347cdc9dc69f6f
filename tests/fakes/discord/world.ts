import type { Fields } from "../slack/json.ts";
import type { StoredInteraction } from "./interactions.ts";
import { bits } from "./permissions.ts";
import type {
  ApiRequest,
  Body,
  Channel,
  Command,
  Member,
  Mistake,
  Pings,
  Role,
  StoredMessage,
} from "./types.ts";

/** Discord counts its ids from the first second of 2015. */
const epoch = 1_420_070_400_000;

/** One guild, with one application in it. */
export interface World {
  readonly guild: { readonly id: string; readonly name: string; readonly owner: string };
  /** The application and its bot have the same id. */
  readonly bot: { readonly id: string; readonly name: string; readonly role: string };
  readonly roles: Map<string, Role>;
  readonly members: Map<string, Member>;
  readonly channels: Map<string, Channel>;
  readonly messages: StoredMessage[];
  readonly commands: Map<string, Command>;
  readonly interactions: Map<string, StoredInteraction>;
  readonly requests: ApiRequest[];
  readonly mistakes: Mistake[];
  /** How often the bot may still identify. */
  readonly sessionStarts: { total: number; remaining: number; resetAfterMilliseconds: number };
  now(): number;
  newId(): string;
  /** Sends an event to every session that asked for such events. */
  dispatch(event: string, data: Fields): void;
  /** Tells everyone who waits that something happened. */
  changed(): void;
  /** Waits until this finds something. Looks again at each change; there is no polling. */
  until<T>(find: () => T, milliseconds?: number, what?: string): Promise<NonNullable<T>>;
  message(channel: string, id: string): StoredMessage | undefined;
}

export interface WorldOptions {
  readonly botName?: string;
  readonly guildName?: string;
  readonly now?: () => number;
}

const everyoneMay = bits(
  "ViewChannel",
  "SendMessages",
  "SendMessagesInThreads",
  "ReadMessageHistory",
  "UseApplicationCommands",
);

const botMay = bits(
  "ViewChannel",
  "SendMessages",
  "SendMessagesInThreads",
  "CreatePublicThreads",
  "AttachFiles",
  "EmbedLinks",
  "ReadMessageHistory",
);

export function createWorld(
  { botName = "switchyard", guildName = "acme", now = Date.now }: WorldOptions,
  dispatch: World["dispatch"],
): World {
  let lastId = 0n;
  const waiting = new Set<() => void>();
  const messages: StoredMessage[] = [];

  function newId(): string {
    const first = BigInt(Math.max(0, Math.floor(now()) - epoch)) << 22n;
    lastId = first > lastId ? first : lastId + 1n;
    return String(lastId);
  }

  function describe(): string {
    const lines = messages.map(
      (it) => `  ${it.onlyFor === undefined ? "" : `(only for ${it.onlyFor}) `}${it.content}`,
    );
    return lines.length === 0 ? "There is no message." : `The messages are:\n${lines.join("\n")}`;
  }

  const guild = { id: newId(), name: guildName, owner: newId() };
  const bot = { id: newId(), name: botName, role: newId() };
  const roles: Role[] = [
    { id: guild.id, name: "@everyone", permissions: everyoneMay, isMentionable: false, isManaged: false },
    { id: bot.role, name: botName, permissions: botMay, isMentionable: false, isManaged: true },
  ];
  const member: Member = {
    id: bot.id,
    name: botName,
    nick: undefined,
    isBot: true,
    joinedAt: now(),
    roles: new Set([bot.role]),
  };

  return {
    guild,
    bot,
    roles: new Map(roles.map((it) => [it.id, it])),
    members: new Map([[bot.id, member]]),
    channels: new Map(),
    messages,
    commands: new Map(),
    interactions: new Map(),
    requests: [],
    mistakes: [],
    sessionStarts: { total: 1000, remaining: 1000, resetAfterMilliseconds: 0 },
    now,
    newId,
    dispatch,
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
    message: (channel, id) => messages.find((it) => it.channel === channel && it.id === id && !it.isDeleted),
  };
}

/** What a new message needs; everything else starts empty. */
export interface Draft extends Body {
  readonly channel: string;
  readonly author: string;
  readonly pings: Pings;
  readonly nonce?: string | undefined;
  readonly replyTo?: string | undefined;
  readonly isThinking?: boolean;
  readonly onlyFor?: string | undefined;
  readonly interaction?: string;
}

export function bodyOf({ content, embeds, components, attachments, flags }: Body): Body {
  return { content, embeds, components, attachments, flags };
}

export function addMessage(world: World, draft: Draft): StoredMessage {
  const message: StoredMessage = {
    ...bodyOf(draft),
    id: world.newId(),
    channel: draft.channel,
    author: draft.author,
    isFromBot: draft.author === world.bot.id,
    versions: [{ ...bodyOf(draft), at: world.now() }],
    pings: draft.pings,
    nonce: draft.nonce,
    replyTo: draft.replyTo,
    thread: undefined,
    isThinking: draft.isThinking ?? false,
    isDeleted: false,
    onlyFor: draft.onlyFor,
    interaction: draft.interaction,
  };
  world.messages.push(message);
  world.changed();
  return message;
}

export function editMessage(world: World, message: StoredMessage, body: Body): void {
  Object.assign(message, bodyOf(body), { isThinking: false });
  message.versions.push({ ...bodyOf(body), at: world.now() });
  world.changed();
}
