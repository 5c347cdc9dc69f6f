import { Hono } from "hono";
import { z } from "zod";
import type { Assets } from "./assets.ts";
import { readBody } from "./body.ts";
import { errorAnswer } from "./errors.ts";
import type { Gate } from "./session.ts";
import type { WebContext, WebEnv } from "./types.ts";
import type { RefuseWrong } from "./wrong-tokens.ts";

const signInSchema = z.union([
  z.strictObject({ token: z.string().min(1).max(500) }),
  z.strictObject({ code: z.string().min(1).max(100) }),
]);

/** The ways in and out: the login link, a pasted token, and Sign out. Open to all, as nobody is signed in yet. */
export function signInRoutes(gate: Gate, assets: Assets, refuse: RefuseWrong): Hono<WebEnv> {
  const app = new Hono<WebEnv>();

  // Looking at a link does nothing: chat programs look at every one. Its code stands behind the #, which no server is sent.
  app.get("/login", (c) => (gate.isOpen ? c.redirect("/", 303) : loginPage(c, assets)));

  app.post("/api/sign-in", async (c) => {
    const body = await readBody(c, signInSchema);
    if (body !== null && "code" in body) {
      if (await gate.signInByCode(c, body.code)) return c.json({ ok: true });
      const help = "npm run --silent token -- link NAME prints a new one; or paste your token.";
      return (
        refuse(c, "a login link that was used or is too old") ??
        errorAnswer(
          c,
          401,
          "wrong-token",
          "This login link was used already, or is older than 15 minutes.",
          help,
        )
      );
    }
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
