import type { Faults } from "./faults.ts";
import type { Gateway } from "./gateway.ts";
import type { Interactions } from "./interactions.ts";
import type { Permission } from "./permissions.ts";
import type { In, Person } from "./person.ts";
import type { ApiRequest, Channel, Command, Message, Mistake, Role } from "./types.ts";
import type { World } from "./world.ts";

/** A Discord that works, with one guild and one application in it. */
export interface FakeDiscord {
  /** For `new Client({ rest: { api } })`. The gateway's address follows from it. */
  readonly apiUrl: string;
  readonly token: string;
  readonly guildId: string;
  /** The bot; its id is the application's too. */
  readonly bot: World["bot"];
  /** How many times the bot may still identify today. */
  readonly sessionStarts: World["sessionStarts"];
  readonly gateway: Gateway;
  readonly faults: Pick<Faults, "add" | "clear">;
  /** What people did, and what came of it. */
  readonly interactions: Pick<Interactions, "all" | "delayMilliseconds" | "duplicates">;
  /** Every call, in order. */
  readonly requests: readonly ApiRequest[];
  /** Bodies that Discord would have refused; a good bot leaves this empty. */
  readonly mistakes: readonly Mistake[];
  /** How many calls were answered with 429. */
  readonly rateLimited: number;
  /** Calls that count against the bot: 10,000 in ten minutes ban its address. */
  readonly invalidRequests: number;
  /** The commands that are registered now. */
  readonly commands: readonly Command[];
  /** The person of that name; a new one the first time. Roles go by their names, and are made where they are missing. */
  user(who: { name: string; nick?: string; roles?: readonly string[]; id?: string }): Person;
  /** Somebody's roles become these; null for who leaves the server. */
  member(id: string, roles: readonly string[] | null): void;
  /** The role of that name; a new one the first time. */
  role(name: string, options?: { mentionable?: boolean; permissions?: readonly Permission[] }): Role;
  /** The channel of that name; a new one the first time. */
  channel(name: string): Channel;
  /** What everyone sees in a channel or a thread, as it is now. */
  messages(channel: In): readonly Message[];
  /** The same with what was deleted and what only one person sees. */
  allMessages(channel: In): readonly Message[];
  calls(operation: string): readonly ApiRequest[];
  /** Lets the bot do this, everywhere or in one channel. */
  allow(permission: Permission, channel?: In): void;
  /** Takes that away. */
  deny(permission: Permission, channel?: In): void;
  /** A person deletes the message. */
  deleteMessage(message: Message): void;
  /** A person deletes the channel or the thread, with all that is in it. */
  deleteChannel(channel: In): void;
  /** Discord does this after some days, and people may. */
  archive(thread: In, isLocked?: boolean): void;
  /** Waits until this finds something; it is asked again whenever anything changes. 5 s, unless told otherwise. */
  until: World["until"];
  revokeToken(): void;
  /** Takes all of Discord off the network, or brings it back. */
  setDown(isDown: boolean): void;
  stop(): Promise<void>;
}
