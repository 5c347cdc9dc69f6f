import type { Reply } from "../src/chat/desk.ts";
import { refusalFor } from "../src/chat/dispatch.ts";
import type { Permission } from "../src/chat/permissions.ts";
import type { Call } from "../src/chat/spec.ts";
import { actorOf } from "../src/deploy/parts.ts";
import type { ActRequest } from "../src/deploy/start-act.ts";
import { startedReply } from "./replies.ts";

type AskedAct = Pick<ActRequest, "host" | "mode"> &
  Partial<Pick<ActRequest, "verify" | "keep" | "olderThan">>;

/** What a command does that acts on a host beside deploying: the right is asked for, and the act begins with its card. */
export async function actReply(call: Call, right: Permission, asked: AskedAct): Promise<Reply> {
  const refusal = refusalFor(call, right, asked.host);
  if (refusal !== null) {
    return refusal;
  }
  return startedReply(
    await call.tools.engine.act({
      verify: false,
      keep: null,
      olderThan: null,
      ...asked,
      by: actorOf(call.who),
      command: call.text,
      request: call.request,
    }),
  );
}
