import { type RawFile, REST, RequestMethod } from "discord.js";
import type { DiscordApp } from "./types.ts";

/** Milliseconds in which Discord has to answer one call. */
const callTimeout = 10_000;
const uploadTimeout = 30_000;
/** A call waits at most this long for its rate limit; what takes longer is tried again by who asked, with newer words. */
const longestWait = 2_000;

export interface Ask {
  readonly body?: object;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly files?: readonly RawFile[];
  /** False for routes with a token of their own. */
  readonly auth?: boolean;
  /** Milliseconds; 10 s, and 30 s with files, where nothing is said. */
  readonly timeout?: number;
}

const methods = {
  GET: RequestMethod.Get,
  POST: RequestMethod.Post,
  PATCH: RequestMethod.Patch,
  PUT: RequestMethod.Put,
  DELETE: RequestMethod.Delete,
} as const;

/** Discord's REST API as JSON. Rejects with discord.js's errors. */
export type Api = (method: keyof typeof methods, route: `/${string}`, ask?: Ask) => Promise<unknown>;

/**
 * Bounded in every way: no retries of its own (discord.js would try four times within milliseconds), a timeout, and no long
 * wait for a rate limit. What calls may try again.
 */
export function discordApi({ token, apiUrl }: Pick<DiscordApp, "token" | "apiUrl">, end?: AbortSignal): Api {
  const rest = new REST({
    version: "10",
    retries: 0,
    timeout: uploadTimeout,
    // Without a time to wait the library would ask again at once, and again.
    rejectOnRateLimit: ({ timeToReset, retryAfter }) =>
      retryAfter <= 0 || Math.max(timeToReset, retryAfter) > longestWait,
    ...(apiUrl === null ? {} : { api: apiUrl.replace(/\/+$/, "") }),
  }).setToken(token);
  return (method, fullRoute, { body, query, files, auth = true, timeout: within } = {}) => {
    const timeout = AbortSignal.timeout(within ?? (files === undefined ? callTimeout : uploadTimeout));
    return rest.request({
      method: methods[method],
      fullRoute,
      auth,
      signal: end === undefined ? timeout : AbortSignal.any([timeout, end]),
      ...(body === undefined ? {} : { body }),
      ...(files === undefined ? {} : { files: [...files] }),
      ...(query === undefined ? {} : { query: queryOf(query) }),
    });
  };
}

function queryOf(query: NonNullable<Ask["query"]>): URLSearchParams {
  const all = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    all.set(name, String(value));
  }
  return all;
}
