import { Hono } from "hono";
import { z } from "zod";
import type { Desk, Reply } from "../../src/chat/desk.ts";
import type { Identity } from "../../src/chat/identity.ts";
import { readBody } from "./body.ts";
import { errorAnswer } from "./errors.ts";
import { isDeploymentId, isRunId, unknownId } from "./records.ts";
import { joinReplies, sendReply } from "./replies.ts";
import type { Deployment, WebContext, WebEnv } from "./types.ts";

const commandSchema = z.strictObject({ text: z.string().trim().min(1).max(8_000) });
const actionSchema = z.strictObject({ action: z.enum(["switch", "cancel", "rollback"]) });
type Action = z.infer<typeof actionSchema>["action"];

/** What changes something: commands, and the buttons' actions. */
export function commandRoutes(desk: Desk): Hono<WebEnv> {
  const app = new Hono<WebEnv>();

  app.post("/commands", async (c) => {
    const body = await readBody(c, commandSchema);
    const key = idempotencyKey(c);
    if (body === null) return badBody(c, '{ "text": "/deploy HOST" }');
    if (key === null) return badKey(c);
    return sendReply(c, await desk.say(body.text, c.var.who, key));
  });

  app.post("/deployments/:id/actions", async (c) => {
    const body = await readBody(c, actionSchema);
    const key = idempotencyKey(c);
    if (body === null) return badBody(c, '{ "action": "switch" | "cancel" | "rollback" }');
    if (key === null) return badKey(c);
    const id = c.req.param("id");
    const deployment = isDeploymentId(id) ? await desk.deployment(id) : undefined;
    if (deployment === undefined) return unknownId(c, "deployment");
    return sendReply(c, await act(desk, deployment, body.action, c.var.who, key));
  });

  app.post("/runs/:id/actions", async (c) => {
    const body = await readBody(c, actionSchema);
    const key = idempotencyKey(c);
    if (body === null) return badBody(c, '{ "action": "switch" | "cancel" | "rollback" }');
    if (key === null) return badKey(c);
    const id = c.req.param("id");
    const found = isRunId(id) ? await desk.run(id) : undefined;
    if (found === undefined) return unknownId(c, "run");
    if (body.action !== "rollback" && found.deployments.some(({ isTogether }) => isTogether)) {
      return sendReply(c, await desk.decide(id, body.action, c.var.who));
    }
    const replies: Reply[] = [];
    for (const deployment of found.deployments) {
      const ownKey = key === undefined ? undefined : `${key}:${deployment.host}`;
      replies.push(await act(desk, deployment, body.action, c.var.who, ownKey));
    }
    return sendReply(c, joinReplies(replies));
  });

  return app;
}

function act(
  desk: Desk,
  deployment: Deployment,
  action: Action,
  who: Identity,
  key: string | undefined,
): Promise<Reply> {
  if (action !== "rollback") return desk.decide(deployment.id, action, who);
  const command = rollbackOf(desk, deployment);
  return command === null ? Promise.resolve(nothingToRollBack(deployment)) : desk.say(command, who, key);
}

/** What the button Roll back on its card types; null when the card has none. */
function rollbackOf(desk: Desk, deployment: Deployment): string | null {
  const buttons = desk.card(deployment).flatMap((block) => (block.kind === "buttons" ? block.buttons : []));
  const action = buttons.find(
    ({ label, action: { kind } }) => label === "Roll back" && kind === "command",
  )?.action;
  return action?.kind === "command" ? action.text : null;
}

function nothingToRollBack({ id, host }: Deployment): Reply {
  return {
    kind: "refused",
    code: "already-decided",
    message: `${id} brought no system to ${host} that could be rolled back.`,
    help: `See /rollback ${host} --list.`,
  };
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
