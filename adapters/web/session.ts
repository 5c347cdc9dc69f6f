import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { Identity } from "../../src/chat/identity.ts";
import type { PersonToken, SessionStore, SpendCode, WebContext } from "./types.ts";

const cookieName = "switchyard_session";
const days30 = 30 * 24 * 60 * 60;

export interface Gate {
  /** Who sends this request, or null for someone who has not signed in. */
  identify(c: WebContext): Identity | null;
  /** The request brings a bearer token that nobody has. */
  hasWrongToken(c: WebContext): boolean;
  /** Begins a session; false when nobody has this token. */
  signIn(c: WebContext, token: string): Promise<boolean>;
  /** The same by the code of a login link, which is spent by it. */
  signInByCode(c: WebContext, code: string): Promise<boolean>;
  signOut(c: WebContext): Promise<void>;
  /** Everybody is let in: the demo. */
  readonly isOpen: boolean;
}

export interface GateOptions {
  /** The owner's; null lets everybody in. */
  readonly token: string | null;
  /** The tokens of people, as they are now. */
  readonly people: () => readonly PersonToken[];
  readonly sessions: SessionStore;
  readonly spendCode?: SpendCode;
}

/** A bearer header with a token, or the cookie of a session that was begun with one and ends with it. */
export function tokenGate({ token, people, sessions, spendCode }: GateOptions): Gate {
  if (token === null) {
    const you: Identity = { surface: "web", id: "token", name: "you", groups: [] };
    return {
      identify: () => you,
      hasWrongToken: () => false,
      signIn: async () => true,
      signInByCode: async () => true,
      signOut: async () => {},
      isOpen: true,
    };
  }
  const owner: Identity = { surface: "web", id: "token", name: "owner", groups: [] };
  const ownerHash = sha256(token);

  function holderOf(hash: string): Identity | null {
    if (isSame(hash, ownerHash)) return owner;
    // Every one is compared, so that the time it takes says nothing.
    const found = people().filter((person) => isSame(hash, person.hash))[0];
    return found === undefined ? null : { surface: "web", id: found.name, name: found.name, groups: [] };
  }

  async function begin(c: WebContext, hash: string): Promise<boolean> {
    if (holderOf(hash) === null) return false;
    const session = randomBytes(32).toString("base64url");
    await sessions.begin(sha256(session), hash);
    setCookie(c, cookieName, session, { ...cookieRules(c), maxAge: days30 });
    return true;
  }

  return {
    isOpen: false,
    hasWrongToken(c) {
      const bearer = bearerOf(c);
      return bearer !== undefined && holderOf(sha256(bearer)) === null;
    },
    identify(c) {
      const bearer = bearerOf(c);
      if (bearer !== undefined) return holderOf(sha256(bearer));
      const cookie = getCookie(c, cookieName);
      const begunWith = cookie === undefined ? null : sessions.tokenOf(sha256(cookie));
      return begunWith === null ? null : holderOf(begunWith);
    },
    signIn: (c, candidate) => begin(c, sha256(candidate)),
    async signInByCode(c, code) {
      const hash = (await spendCode?.(code, (one) => holderOf(one) !== null)) ?? null;
      return hash !== null && begin(c, hash);
    },
    async signOut(c) {
      const cookie = deleteCookie(c, cookieName, cookieRules(c));
      if (cookie !== undefined) await sessions.end(sha256(cookie));
    },
  };
}

function bearerOf(c: WebContext): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(c.req.header("authorization") ?? "")?.[1];
}

function cookieRules(c: WebContext) {
  const isSecure = c.req.header("x-forwarded-proto") === "https";
  return { httpOnly: true, sameSite: "Strict", path: "/", secure: isSecure } as const;
}

/** For tests and for what has no data directory: sessions that end with the process. */
export function sessionsInMemory(): SessionStore {
  const known = new Map<string, string>();
  return {
    tokenOf: (session) => known.get(session) ?? null,
    begin: async (session, token) => void known.set(session, token),
    end: async (session) => void known.delete(session),
  };
}

function sha256(value: string): string {
  return createHash("sha256").update(value).digest("hex");
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
