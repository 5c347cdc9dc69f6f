import { setTimeout as sleep } from "node:timers/promises";
import { type Fields, fieldsOf, isFields, listOf } from "../slack/json.ts";
import { ApiError, type Call, invalidBody, type Upload } from "./api.ts";
import type { Fault, Faults } from "./faults.ts";
import type { RateLimiter } from "./rate-limit.ts";
import { type Found, router } from "./router.ts";
import { routes } from "./routes.ts";
import type { ApiRequest } from "./types.ts";
import type { Validator } from "./validate.ts";
import type { World } from "./world.ts";

/** What goes back; "hang up" ends the connection without an answer. */
export type Reply =
  | "hang up"
  | { readonly status: number; readonly headers: Record<string, string>; readonly body: unknown };

export interface Incoming {
  readonly method: string;
  /** Without `/api/v10`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** What follows "Bot" in the Authorization header. */
  readonly token: string | undefined;
  /** The JSON body; undefined when there was none, or none that can be read. */
  readonly body: unknown;
  readonly isReadable: boolean;
  readonly files: readonly Upload[];
}

export interface RestParts {
  readonly world: World;
  readonly token: () => string | undefined;
  readonly limiter: RateLimiter;
  readonly faults: Faults;
  readonly validator: Validator;
  readonly isLate: Call["isLate"];
  origin(): string;
}

export type Rest = (incoming: Incoming) => Promise<Reply>;

const find = router(routes);

export function restApi({ world, token, limiter, faults, validator, isLate, origin }: RestParts): Rest {
  function work({ operation, route, params }: Found, incoming: Incoming): unknown {
    if (!incoming.isReadable) {
      throw new ApiError(400, 50109, "The request body contains invalid JSON.");
    }
    const problems = validator.check(operation, incoming.body, incoming.query);
    if (problems.length > 0) {
      throw invalidBody(problems);
    }
    const { query, files, body } = incoming;
    return route.answer({
      world,
      params,
      query,
      files,
      body: fieldsOf(body),
      list: listOf(body),
      origin: origin(),
      isLate,
    });
  }

  function answerTo(found: Found | undefined, incoming: Incoming): Exclude<Reply, "hang up"> {
    if (found === undefined) {
      return { status: 404, headers: {}, body: { message: "404: Not Found", code: 0 } };
    }
    const { operation, route, params } = found;
    const isInteraction = route.isInteraction ?? false;
    if (!isInteraction && (incoming.token === undefined || incoming.token !== token())) {
      return { status: 401, headers: {}, body: { message: "401: Unauthorized", code: 0 } };
    }
    const major = params["channel_id"] ?? params["guild_id"] ?? params["webhook_token"] ?? "";
    const { headers, wait } = limiter.take(operation, major, isInteraction);
    if (wait !== undefined) {
      return tooMany(wait.seconds, wait.scope, headers);
    }
    try {
      const body = work(found, incoming);
      return { status: body === undefined ? 204 : (route.status ?? 200), headers, body };
    } catch (error) {
      if (!(error instanceof ApiError)) {
        const failure = error instanceof Error ? error.stack : error;
        world.mistakes.push({ operation, problems: [`the fake itself failed: ${failure}`] });
        return { status: 500, headers, body: { message: "500: Internal Server Error", code: 0 } };
      }
      if (error.problems.length > 0) {
        world.mistakes.push({
          operation,
          problems: error.problems.map((it) => `${it.at.join(".")}: ${it.message}`),
        });
      }
      return refusal(error, headers);
    }
  }

  async function reply(
    found: Found | undefined,
    incoming: Incoming,
    fault: Fault | undefined,
  ): Promise<Reply> {
    switch (fault?.kind) {
      case "dropped":
        return "hang up";
      case "status":
        return { status: fault.status, headers: {}, body: `status ${fault.status}` };
      case "error":
        return refusal(new ApiError(fault.status, fault.code, fault.message), {});
      case "ratelimited":
        return tooMany(fault.seconds, fault.scope ?? "user", {});
      case "slow":
        await sleep(fault.milliseconds, undefined, { ref: false });
        return answerTo(found, incoming);
      case "answer lost":
        answerTo(found, incoming);
        return "hang up";
      case "slow answer": {
        const answer = answerTo(found, incoming);
        await sleep(fault.milliseconds, undefined, { ref: false });
        return answer;
      }
      case undefined:
        return answerTo(found, incoming);
    }
  }

  return async (incoming) => {
    const { method, path, query, body, files } = incoming;
    const found = find(method, path);
    const request: ApiRequest = {
      method,
      path,
      operation: found?.operation ?? "unknown",
      query,
      body,
      files: files.map((it) => it.name),
      at: world.now(),
      status: 0,
      code: undefined,
      isShared: false,
    };
    world.requests.push(request);
    const answer = await reply(found, incoming, faults.next(request.operation));
    if (answer !== "hang up") {
      request.status = answer.status;
      request.isShared = answer.headers["x-ratelimit-scope"] === "shared";
      const code = isFields(answer.body) ? answer.body["code"] : undefined;
      request.code = answer.status >= 400 && typeof code === "number" ? code : undefined;
    }
    world.changed();
    return answer;
  };
}

function refusal(error: ApiError, headers: Record<string, string>): Exclude<Reply, "hang up"> {
  const { status, code, message, more } = error;
  const seconds = more["retry_after"];
  const wait = status === 429 && typeof seconds === "number" ? waiting(seconds, "user") : {};
  return { status, headers: { ...headers, ...wait }, body: { message, code, ...more } };
}

function tooMany(
  seconds: number,
  scope: "user" | "global" | "shared",
  headers: Record<string, string>,
): Exclude<Reply, "hang up"> {
  const body: Fields = {
    message: "You are being rate limited.",
    retry_after: seconds,
    global: scope === "global",
  };
  return { status: 429, headers: { ...headers, ...waiting(seconds, scope) }, body };
}

function waiting(seconds: number, scope: string): Record<string, string> {
  return {
    "retry-after": String(Math.max(1, Math.ceil(seconds))),
    "x-ratelimit-scope": scope,
    ...(scope === "global" && { "x-ratelimit-global": "true" }),
  };
}
