import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { getCookie, setCookie } from "hono/cookie";
import type { Identity } from "../../src/chat/identity.ts";
import type { WebContext } from "./types.ts";

const cookieName = "switchyard_session";
const days30 = 30 * 24 * 60 * 60;

export interface Gate {
  /** Who sends this request, or null for someone who has not signed in. */
  identify(c: WebContext): Identity | null;
  isToken(candidate: string): boolean;
  signIn(c: WebContext): void;
}

/** With a token: a bearer header or the session cookie that the login link sets. Without one: everybody is let in. */
export function tokenGate(token: string | null): Gate {
  if (token === null) {
    const you: Identity = { surface: "web", id: "token", name: "you", groups: [] };
    return { identify: () => you, isToken: () => true, signIn: () => {} };
  }
  const holder: Identity = { surface: "web", id: "token", name: "web", groups: [] };
  // Derived from the token and kept nowhere: a session survives a restart of the bot, and ends when the token changes.
  const session = createHmac("sha256", token).update("switchyard web session").digest("base64url");
  return {
    identify(c) {
      const bearer = /^Bearer +(\S+) *$/i.exec(c.req.header("authorization") ?? "")?.[1];
      if (bearer !== undefined) return sameSecret(bearer, token) ? holder : null;
      const cookie = getCookie(c, cookieName);
      return cookie !== undefined && sameSecret(cookie, session) ? holder : null;
    },
    isToken: (candidate) => sameSecret(candidate, token),
    signIn(c) {
      setCookie(c, cookieName, session, {
        httpOnly: true,
        sameSite: "Strict",
        path: "/",
        maxAge: days30,
        secure: c.req.header("x-forwarded-proto") === "https",
      });
    },
  };
}

/** Compares digests, so that neither the content nor the length of the secret shows in the time it takes. */
function sameSecret(candidate: string, secret: string): boolean {
  return timingSafeEqual(sha256(candidate), sha256(secret));
}

function sha256(value: string): Buffer {
  return createHash("sha256").update(value).digest();
}
