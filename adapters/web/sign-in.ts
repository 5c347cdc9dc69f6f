import { Hono } from "hono";
import { z } from "zod";
import type { Assets } from "./assets.ts";
import { readBody } from "./body.ts";
import { errorAnswer } from "./errors.ts";
import type { Gate } from "./session.ts";
import type { WebContext, WebEnv, WebLog } from "./types.ts";

const tokenSchema = z.strictObject({ token: z.string().min(1).max(500) });

/** The ways in and out: the login link, a pasted token, and Sign out. Open to all, as nobody is signed in yet. */
export function signInRoutes(gate: Gate, assets: Assets, log: WebLog): Hono<WebEnv> {
  const app = new Hono<WebEnv>();

  app.get("/login", async (c) => {
    if (await gate.signIn(c, c.req.query("token") ?? "")) return c.redirect("/", 303);
    warn(c, log, "a login link with a wrong token");
    return loginPage(c, assets);
  });

  app.post("/api/sign-in", async (c) => {
    const body = await readBody(c, tokenSchema);
    if (body !== null && (await gate.signIn(c, body.token.trim()))) return c.json({ ok: true });
    warn(c, log, "a wrong token was typed");
    return errorAnswer(c, 401, "wrong-token", "That token is not one the bot knows.", "Ask for a new one.");
  });

  app.post("/api/sign-out", async (c) => {
    await gate.signOut(c);
    return c.json({ ok: true });
  });

  return app;
}

export function loginPage(c: WebContext, assets: Assets): Response {
  return (
    assets.answer(c, "login.html", 401) ?? errorAnswer(c, 401, "not-signed-in", "Nobody is signed in.", null)
  );
}

function warn(c: WebContext, log: WebLog, message: string): void {
  log.warn({ from: c.env.incoming.socket.remoteAddress }, message);
}
