import type { RefusalCode, Reply } from "../../src/chat/desk.ts";
import { errorAnswer } from "./errors.ts";
import type { WebContext } from "./types.ts";

const statusOf: Record<RefusalCode, 400 | 403 | 404 | 409 | 429 | 503> = {
  "bad-command": 400,
  "unknown-host": 404,
  "unknown-id": 404,
  "unknown-generation": 404,
  "not-allowed": 403,
  busy: 409,
  locked: 409,
  "outside-window": 409,
  "needs-approval": 403,
  "not-ready": 409,
  changed: 409,
  "already-decided": 409,
  "too-late": 409,
  expired: 409,
  "too-many": 429,
  unavailable: 503,
};

export function sendReply(c: WebContext, reply: Reply): Response {
  switch (reply.kind) {
    case "started": {
      const { run, deployments, text, blocks } = reply;
      return c.json({ run, deployments, text, blocks }, 202);
    }
    case "answer":
      return c.json({ text: reply.text, blocks: reply.blocks }, 200);
    case "refused":
      if (reply.retryAfter !== undefined) c.header("retry-after", String(reply.retryAfter));
      return errorAnswer(c, statusOf[reply.code], reply.code, reply.message, reply.help, reply.present);
  }
}

/** One reply for several hosts: what worked counts, and a refusal is the answer only when nothing worked. */
export function joinReplies(replies: readonly Reply[]): Reply {
  const [first] = replies;
  if (first === undefined) {
    return { kind: "refused", code: "too-late", message: "Nothing in this run waits for that.", help: null };
  }
  const started = replies.filter((reply) => reply.kind === "started");
  const [one] = started;
  if (one !== undefined && started.length > 1) {
    return {
      ...one,
      deployments: started.flatMap((reply) => reply.deployments),
      text: started.map((reply) => reply.text).join("\n"),
      blocks: started.flatMap((reply) => reply.blocks),
    };
  }
  return one ?? replies.find((reply) => reply.kind === "answer") ?? first;
}
