import { Hono } from "hono";
import { z } from "zod";
import type { Assets } from "./assets.ts";
import { readBody } from "./body.ts";
import { errorAnswer } from "./errors.ts";
import type { Gate } from "./session.ts";
import type { WebContext, WebEnv, WebLog } from "./types.ts";
import { createWrongTokens } from "./wrong-tokens.ts";

const tokenSchema = z.strictObject({ token: z.string().min(1).max(500) });

/** The ways in and out: the login link, a pasted token, and Sign out. Open to all, as nobody is signed in yet. */
export function signInRoutes(
  gate: Gate,
  assets: Assets,
  log: WebLog,
  now: () => number = Date.now,
): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const count = createWrongTokens(now);

  /** Null when this wrong token was told to the log; else the refusal. */
  function refuse(c: WebContext, message: string): Response | null {
    const from = c.env.incoming.socket.remoteAddress;
    const wrong = count(from ?? "");
    if (wrong.kind === "told") {
      log.warn({ from, notTold: wrong.before }, message);
      return null;
    }
    c.header("retry-after", String(wrong.seconds));
    const help = `Try again in ${wrong.seconds} s, with the token that npm run token -- add NAME prints.`;
    return errorAnswer(c, 429, "too-many", "Too many wrong tokens in a minute.", help);
  }

  app.get("/login", async (c) => {
    if (await gate.signIn(c, c.req.query("token") ?? "")) return c.redirect("/", 303);
    return refuse(c, "a login link with a wrong token") ?? loginPage(c, assets);
  });

  app.post("/api/sign-in", async (c) => {
    const body = await readBody(c, tokenSchema);
    if (body !== null && (await gate.signIn(c, body.token.trim()))) return c.json({ ok: true });
    return (
      refuse(c, "a wrong token was typed") ??
      errorAnswer(c, 401, "wrong-token", "That token is not one the bot knows.", "Ask for a new one.")
    );
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
