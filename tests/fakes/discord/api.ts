import { type Fields, textOf } from "../slack/json.ts";
import type { StoredInteraction } from "./interactions.ts";
import { may, type Permission } from "./permissions.ts";
import type { Channel, StoredMessage } from "./types.ts";
import type { World } from "./world.ts";

/** A field of a body that Discord does not take. */
export interface Problem {
  /** Keys from the outside in: ["components", "0", "label"]. */
  readonly at: readonly string[];
  /** Discord's word for it, such as BASE_TYPE_BAD_LENGTH. */
  readonly code: string;
  readonly message: string;
}

/** An error as Discord says it: a status, a code and a sentence. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: number;
  readonly more: Fields;
  readonly problems: readonly Problem[];

  constructor(
    status: number,
    code: number,
    message: string,
    { problems = [], ...more }: Fields & { problems?: readonly Problem[] } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.problems = problems;
    this.more = problems.length === 0 ? more : { ...more, errors: nested(problems) };
  }
}

export function invalidBody(problems: readonly Problem[]): ApiError {
  return new ApiError(400, 50035, "Invalid Form Body", { problems });
}

/** Discord puts its complaints into a tree that has the shape of the body. */
function nested(problems: readonly Problem[]): Fields {
  const tree: Tree = {};
  for (const { at, code, message } of problems) {
    let place = tree;
    for (const key of at) {
      const next = place[key];
      const inner: Tree = next === undefined || Array.isArray(next) ? {} : next;
      place[key] = inner;
      place = inner;
    }
    const known = place["_errors"];
    place["_errors"] = [...(Array.isArray(known) ? known : []), { code, message }];
  }
  return tree;
}

interface Tree {
  [key: string]: Tree | Fields[];
}

export interface Upload {
  /** N of `files[N]`. */
  readonly index: string;
  readonly name: string;
  readonly contentType: string;
  readonly content: Buffer;
}

export interface Call {
  readonly world: World;
  /** The variable parts of the path, by their names in Discord's description. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** The JSON body; an empty one where there was none. */
  readonly body: Fields;
  /** The JSON body where it is a list. */
  readonly list: readonly unknown[];
  readonly files: readonly Upload[];
  /** Where this fake listens: http://127.0.0.1:port */
  readonly origin: string;
  /** Whether it is too late for a first response. */
  isLate(interaction: StoredInteraction): boolean;
}

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** As Discord's description has it. */
  readonly path: string;
  /** The status when all is well: 200, and 204 where there is nothing to say. */
  readonly status?: number;
  /** Interactions carry a token of their own in the path. */
  readonly isInteraction?: boolean;
  answer(call: Call): object | undefined;
}

/** Routes by their names in Discord's description of the API. */
export type Routes = Readonly<Record<string, Route>>;

/** A part of the path. */
export function param(call: Call, name: string): string {
  const value = call.params[name];
  if (value === undefined) {
    throw new Error(`the route has no {${name}}`);
  }
  return value;
}

export const missingAccess = () => new ApiError(403, 50001, "Missing Access");
export const missingPermissions = () => new ApiError(403, 50013, "Missing Permissions");
export const unknownMessage = () => new ApiError(404, 10008, "Unknown Message");

/** The channel of the path, where the bot may do all this. */
export function channelOf(call: Call, ...needed: Permission[]): Channel {
  const { world } = call;
  const channel = world.channels.get(param(call, "channel_id"));
  if (channel === undefined) {
    throw new ApiError(404, 10003, "Unknown Channel");
  }
  if (!may(world, world.bot.id, channel, "ViewChannel")) {
    throw missingAccess();
  }
  if (needed.some((it) => !may(world, world.bot.id, channel, it))) {
    throw missingPermissions();
  }
  return channel;
}

/** The message of the path; what only one person sees is not there for the bot either. */
export function messageOf(call: Call, channel: Channel): StoredMessage {
  const message = call.world.message(channel.id, param(call, "message_id"));
  if (message === undefined || message.onlyFor !== undefined) {
    throw unknownMessage();
  }
  return message;
}

export function given(call: Call, name: string): string | undefined {
  return textOf(call.body[name]);
}
