import type { LateBlock } from "./check-blocks.ts";
import { compact, type Fields, isTrue, parsed, textOf } from "./json.ts";
import type { Workspace } from "./workspace.ts";

/** `ok: false`, as Slack says it. */
export class ApiError extends Error {
  readonly more: Fields;

  constructor(error: string, more: Fields = {}) {
    super(error);
    this.more = more;
  }
}

/** Block Kit's complaints, in both places where Slack puts them. */
export function complaint(error: string, problems: readonly string[]): ApiError {
  return new ApiError(error, {
    errors: problems,
    response_metadata: { messages: problems.map((it) => `[ERROR] ${it}`) },
  });
}

export interface Call {
  readonly args: Fields;
  readonly workspace: Workspace;
  readonly takes: readonly LateBlock[];
  /** Where this fake listens: http://127.0.0.1:port */
  readonly origin: string;
  /** A WebSocket address that may be used once. */
  socketUrl(): string;
  hasScope(scope: string): boolean;
}

export interface Method {
  /** One of these is needed; none when the list is empty. The first is the one that an error names. */
  readonly scopes: readonly string[];
  /** Only the app-level token (xapp-) will do. */
  readonly isForApp?: boolean;
  answer(call: Call): Fields;
}

export function required(call: Call, name: string): string {
  const value = textOf(call.args[name]);
  if (value === undefined || value === "") {
    throw new ApiError("invalid_arguments", {
      response_metadata: { messages: [`[ERROR] missing required field: ${name}`] },
    });
  }
  return value;
}

/** A list or an object; undefined when it was left out. */
export function given(call: Call, name: string, error = "invalid_arguments"): unknown {
  if (call.args[name] === undefined) {
    return undefined;
  }
  const value = parsed(call.args[name]);
  if (typeof value !== "object" || value === null) {
    throw new ApiError(error);
  }
  return value;
}

export function flag(call: Call, name: string): boolean {
  return isTrue(call.args[name]);
}

export const answer = (fields: Fields): Fields => ({ ok: true, ...compact(fields) });
