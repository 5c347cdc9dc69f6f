import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, type Call, type Method } from "./api.ts";
import type { LateBlock } from "./check-blocks.ts";
import type { Fault, Faults } from "./faults.ts";
import type { Fields } from "./json.ts";
import { chatMethods } from "./methods-chat.ts";
import { fileMethods } from "./methods-files.ts";
import { historyMethods } from "./methods-history.ts";
import { readingMethods } from "./methods-read.ts";
import { viewMethods } from "./methods-views.ts";
import type { RateLimiter } from "./rate-limit.ts";
import type { ApiRequest } from "./types.ts";
import type { Workspace } from "./workspace.ts";

const methods: Record<string, Method> = {
  ...chatMethods,
  ...viewMethods,
  ...fileMethods,
  ...readingMethods,
  ...historyMethods,
};

/** What the bot may do. Change the sets to take a scope away. */
export interface Grants {
  readonly botToken: string;
  readonly appToken: string;
  readonly scopes: Set<string>;
  readonly appScopes: Set<string>;
  isRevoked: boolean;
}

/** What goes back; "hang up" ends the connection without an answer. */
export type Reply =
  | "hang up"
  | { readonly status: number; readonly headers: Record<string, string>; readonly body: Fields | string };

export interface WebApiParts {
  readonly workspace: Workspace;
  readonly grants: Grants;
  readonly limiter: RateLimiter;
  readonly faults: Faults;
  readonly takes: () => readonly LateBlock[];
  origin(): string;
  socketUrl(): string;
}

export type WebApi = (method: string, token: string | undefined, args: Fields) => Promise<Reply>;

export function webApi({
  workspace,
  grants,
  limiter,
  faults,
  takes,
  origin,
  socketUrl,
}: WebApiParts): WebApi {
  function scopesOf(token: string | undefined, method: Method): ReadonlySet<string> {
    if (token === undefined) {
      throw new ApiError("not_authed");
    }
    if (token !== grants.botToken && token !== grants.appToken) {
      throw new ApiError("invalid_auth");
    }
    if (grants.isRevoked) {
      throw new ApiError("token_revoked");
    }
    if ((token === grants.appToken) !== (method.isForApp ?? false)) {
      throw new ApiError("not_allowed_token_type");
    }
    return token === grants.appToken ? grants.appScopes : grants.scopes;
  }

  function work(method: Method, args: Fields, scopes: ReadonlySet<string>): Fields {
    const [needed] = method.scopes;
    if (needed !== undefined && !method.scopes.some((it) => scopes.has(it))) {
      throw new ApiError("missing_scope", { needed, provided: [...scopes].join(",") });
    }
    const call: Call = {
      args,
      workspace,
      takes: takes(),
      origin: origin(),
      socketUrl,
      hasScope: (scope) => scopes.has(scope),
    };
    return method.answer(call);
  }

  function answerTo(name: string, token: string | undefined, args: Fields): Exclude<Reply, "hang up"> {
    const method = methods[name];
    if (method === undefined) {
      return { status: 200, headers: {}, body: { ok: false, error: "unknown_method", req_method: name } };
    }
    let headers: Record<string, string> = {};
    try {
      const scopes = scopesOf(token, method);
      headers = { "x-oauth-scopes": [...scopes].join(",") };
      if (method.scopes.length > 0) {
        headers["x-accepted-oauth-scopes"] = method.scopes.join(",");
      }
      const seconds = limiter.take(name, args);
      if (seconds !== undefined) {
        return tooMany(seconds);
      }
      return { status: 200, headers, body: work(method, args, scopes) };
    } catch (error) {
      if (error instanceof ApiError) {
        return { status: 200, headers, body: { ok: false, error: error.message, ...error.more } };
      }
      throw error;
    }
  }

  async function reply(
    name: string,
    token: string | undefined,
    args: Fields,
    fault: Fault | undefined,
  ): Promise<Reply> {
    switch (fault?.kind) {
      case "dropped":
        return "hang up";
      case "status":
        return { status: fault.status, headers: {}, body: `status ${fault.status}` };
      case "error":
        return { status: 200, headers: {}, body: { ok: false, error: fault.error } };
      case "ratelimited":
        return tooMany(fault.seconds);
      case "slow":
        await sleep(fault.milliseconds);
        return answerTo(name, token, args);
      case "answer lost":
        answerTo(name, token, args);
        return "hang up";
      case "slow answer": {
        const answer = answerTo(name, token, args);
        await sleep(fault.milliseconds);
        return answer;
      }
      case undefined:
        return answerTo(name, token, args);
    }
  }

  return async (method, token, args) => {
    const request: ApiRequest = { method, args, at: workspace.now(), status: 0, error: undefined };
    workspace.requests.push(request);
    const answer = await reply(method, token, args, faults.next(method));
    if (answer !== "hang up") {
      request.status = answer.status;
      const { body } = answer;
      request.error = typeof body === "string" ? body : (body["error"] as string | undefined);
    }
    workspace.changed();
    return answer;
  };
}

function tooMany(seconds: number): Exclude<Reply, "hang up"> {
  return {
    status: 429,
    headers: { "retry-after": String(seconds) },
    body: { ok: false, error: "ratelimited" },
  };
}
