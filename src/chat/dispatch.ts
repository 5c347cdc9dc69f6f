import type { CommandRequest } from "../deploy/command-request.ts";
import type { Refused, Reply } from "./desk.ts";
import type { Identity } from "./identity.ts";
import { type Parsed, parseCommand, parseRequest } from "./parse.ts";
import { mayDo, type Permission } from "./permissions.ts";
import type { Call } from "./spec.ts";
import type { CommandTools } from "./tools.ts";

/** Handles one typed command from any surface. */
export function dispatch(
  tools: CommandTools,
  text: string,
  who: Identity,
  key: string | null = null,
): Promise<Reply> {
  return run(tools, parseCommand(text, tools.commands), who, key);
}

/** Handles what a button asks for, in the same way. */
export function dispatchRequest(
  tools: CommandTools,
  request: CommandRequest,
  who: Identity,
  key: string | null = null,
): Promise<Reply> {
  return run(tools, parseRequest(request, tools.commands), who, key);
}

async function run(tools: CommandTools, parsed: Parsed, who: Identity, key: string | null): Promise<Reply> {
  if (parsed.kind === "mistake") {
    return { kind: "refused", code: "bad-command", message: parsed.message, help: parsed.help };
  }
  // The key of an earlier request, as a Retry has it, is never this one's.
  const { key: _, ...asked } = parsed.request;
  const request = key === null ? asked : { ...asked, key };
  return parsed.spec.handle(parsed.input, { who, text: parsed.text, request, tools });
}

/** Null when the caller may; otherwise the refusal to give back. */
export function refusalFor(call: Call, what: Permission, host: string | null): Refused | null {
  const permitted = mayDo(call.tools.fleet(), call.who, what, host);
  return permitted.kind === "allowed"
    ? null
    : {
        kind: "refused",
        code: "not-allowed",
        message: `${call.who.name} may not do this${host === null ? "" : ` on ${host}`}: it needs the role ${permitted.role}.`,
        help: permitted.help,
        role: permitted.role,
      };
}
