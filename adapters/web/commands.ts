import { Hono } from "hono";
import { z } from "zod";
import { commandRequestSchema, type Desk, type Reply, recordActs } from "../../src/chat/desk.ts";
import type { Identity } from "../../src/chat/identity.ts";
import { wordFor } from "../../src/chat/second-word.ts";
import { readBody } from "./body.ts";
import { errorAnswer } from "./errors.ts";
import { isDeploymentId, isRunId, unknownId } from "./records.ts";
import { joinReplies, sendReply } from "./replies.ts";
import type { WebContext, WebEnv } from "./types.ts";

const commandSchema = z.union([
  z.strictObject({ text: z.string().trim().min(1).max(8_000) }),
  z.strictObject({ request: commandRequestSchema }),
]);
const actionSchema = z.strictObject({
  action: z.enum(["switch", "cancel", ...recordActs]),
  /** Of what was shown, for a switch. */
  digest: z.string().max(100).nullable().optional(),
});
/** What the page asks before a yes: whether a dialog is due, by what there is now. */
const beforeSchema = z.strictObject({ digest: z.string().max(100).nullable() });
type ActionBody = z.infer<typeof actionSchema>;
const bodyExample = '{ "action": "switch", "digest": "…" }, or "cancel", "rollback", "boot" or "retry" alone';

/** What changes something: commands, and the buttons' actions. */
export function commandRoutes(desk: Desk): Hono<WebEnv> {
  const app = new Hono<WebEnv>();

  app.post("/commands", async (c) => {
    const body = await readBody(c, commandSchema);
    const key = idempotencyKey(c);
    if (body === null) return badBody(c, '{ "text": "/deploy HOST" }');
    if (key === null) return badKey(c);
    return sendReply(
      c,
      "text" in body
        ? await desk.say(body.text, c.var.who, key)
        : await desk.press({ kind: "request", request: body.request }, c.var.who, key),
    );
  });

  app.post("/deployments/:id/actions", async (c) => {
    const body = await readBody(c, actionSchema);
    const key = idempotencyKey(c);
    if (body === null) return badBody(c, bodyExample);
    if (key === null) return badKey(c);
    const id = c.req.param("id");
    const deployment = isDeploymentId(id) ? await desk.deployment(id) : undefined;
    if (deployment === undefined) return unknownId(c, "deployment");
    return sendReply(c, await act(desk, id, body, c.var.who, key));
  });

  app.post("/runs/:id/actions", async (c) => {
    const body = await readBody(c, actionSchema);
    const key = idempotencyKey(c);
    if (body === null) return badBody(c, bodyExample);
    if (key === null) return badKey(c);
    const id = c.req.param("id");
    const found = isRunId(id) ? await desk.run(id) : undefined;
    if (found === undefined) return unknownId(c, "run");
    if (body.action !== "rollback") return sendReply(c, await act(desk, id, body, c.var.who, key));
    const replies: Reply[] = [];
    for (const deployment of found.deployments) {
      const ownKey = key === undefined ? undefined : `${key}:${deployment.host}`;
      replies.push(await act(desk, deployment.id, body, c.var.who, ownKey));
    }
    return sendReply(c, joinReplies(replies));
  });

  app.post("/:kind{deployments|runs}/:id/before-yes", async (c) => {
    const body = await readBody(c, beforeSchema);
    if (body === null) return badBody(c, '{ "digest": "…" }');
    const answer = await desk.mayDecide(c.req.param("id"), c.var.who, body.digest);
    if (answer.kind === "refused") return sendReply(c, answer);
    const hosts = answer.kind === "ask" ? answer.hosts : [];
    return c.json({ hosts, word: hosts.length === 0 ? null : wordFor(hosts) });
  });

  return app;
}

function act(
  desk: Desk,
  about: string,
  { action, digest = null }: ActionBody,
  who: Identity,
  key: string | undefined,
): Promise<Reply> {
  return action === "switch" || action === "cancel"
    ? desk.decide(about, action, who, digest)
    : desk.press({ kind: "act", act: action, about }, who, key);
}

/** Undefined when none was sent, null when what was sent cannot be one. */
function idempotencyKey(c: WebContext): string | undefined | null {
  const key = c.req.header("idempotency-key");
  if (key === undefined) return undefined;
  return /^[\x21-\x7e]{1,200}$/.test(key) ? key : null;
}

function badBody(c: WebContext, expected: string): Response {
  return errorAnswer(
    c,
    400,
    "bad-command",
    "The body is not the JSON that belongs here.",
    `Send ${expected}.`,
  );
}

function badKey(c: WebContext): Response {
  return errorAnswer(
    c,
    400,
    "bad-command",
    "The Idempotency-Key is too long or has odd characters.",
    "Send a UUID.",
  );
}
