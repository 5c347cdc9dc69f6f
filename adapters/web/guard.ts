import { isIP } from "node:net";
import type { MiddlewareHandler } from "hono";
import type { Desk } from "../../src/chat/desk.ts";
import { errorAnswer } from "./errors.ts";
import { sendReply } from "./replies.ts";
import type { Gate } from "./session.ts";
import type { WebContext, WebEnv } from "./types.ts";
import type { RefuseWrong } from "./wrong-tokens.ts";

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export function safeHeaders(): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    await next();
    const headers = c.res.headers;
    headers.set("content-security-policy", contentSecurityPolicy);
    headers.set("x-content-type-options", "nosniff");
    headers.set("referrer-policy", "no-referrer");
    headers.set("cross-origin-resource-policy", "same-origin");
    headers.set("cross-origin-opener-policy", "same-origin");
    if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  };
}

/**
 * Refuses names that DNS could be made to point here (DNS rebinding). The port is not compared: behind
 * `ssh -L 8080:localhost:4040` the browser rightly says `localhost:8080`.
 */
export function knownHost(listenHost: string, allowed: readonly string[]): MiddlewareHandler<WebEnv> {
  const names = new Set(
    ["localhost", "127.0.0.1", "::1", listenHost, ...allowed].map((name) => name.toLowerCase()),
  );
  const listensEverywhere = listenHost === "0.0.0.0" || listenHost === "::";
  return async (c, next) => {
    const name = hostName(c.req.header("host"));
    // An address is no name, so nobody can rebind it.
    if (name !== null && (names.has(name) || (listensEverywhere && isIP(name) !== 0))) return next();
    return errorAnswer(
      c,
      403,
      "unknown-name",
      "This page does not answer to the name in the Host header.",
      "Open it by its listen address or as localhost, or add the name to the allowed hosts.",
    );
  };
}

function hostName(header: string | undefined): string | null {
  if (header === undefined || !URL.canParse(`http://${header}`)) return null;
  return new URL(`http://${header}`).hostname.replace(/^\[|\]$/g, "").toLowerCase();
}

/** Refuses what another site's page sends in a signed-in person's name (CSRF). Programs send neither header. */
export function sameOriginOnly(): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    if (c.req.method === "GET" || c.req.method === "HEAD") return next();
    const site = c.req.header("sec-fetch-site");
    const origin = c.req.header("origin");
    if ((site === undefined || site === "same-origin") && (origin === undefined || isOwn(origin, c))) {
      const type = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
      if (type === "application/json") return next();
      return errorAnswer(
        c,
        415,
        "bad-content-type",
        "Only JSON is taken here.",
        "Send Content-Type: application/json.",
      );
    }
    return errorAnswer(
      c,
      403,
      "other-site",
      "The request comes from another site.",
      "Use the page itself, or a bearer token.",
    );
  };
}

function isOwn(origin: string, c: WebContext): boolean {
  return URL.canParse(origin) && new URL(origin).host === c.req.header("host")?.toLowerCase();
}

/** A wrong bearer token is a wrong sign-in, at every address: /healthz, too, tells a right one from a wrong one. */
export function noWrongToken(gate: Gate, refuse: RefuseWrong): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    if (!gate.hasWrongToken(c)) return next();
    return (
      refuse(c, "a wrong bearer token was sent") ?? notSignedIn(c, "That token is not one the bot knows.")
    );
  };
}

export function signedIn(gate: Gate): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const who = gate.identify(c);
    if (who === null) return notSignedIn(c, "Nobody is signed in.");
    c.set("who", who);
    return next();
  };
}

function notSignedIn(c: WebContext, message: string): Response {
  c.header("www-authenticate", "Bearer");
  return errorAnswer(
    c,
    401,
    "not-signed-in",
    message,
    "Open your login link (npm run token -- add NAME makes one), or send Authorization: Bearer TOKEN, such as SWITCHYARD_TOKEN.",
  );
}

/** Reading is bounded for each person; what changes something is counted by the desk, with room of its own for yes and roll back. */
export function boundedReading(desk: Desk): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    if (c.req.method !== "GET") return next();
    const kind = c.req.path === "/api/suggest" ? "complete" : "look";
    const refusal = await desk.mayReadNow(c.var.who, kind);
    return refusal === null ? next() : sendReply(c, refusal);
  };
}

/** Refuses whoever fleet.yaml does not let look; commands and clicks ask for their own permissions. */
export function mayLook(desk: Desk): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const { isAllowed, help } = desk.mayView(c.var.who);
    if (isAllowed) return next();
    return errorAnswer(
      c,
      403,
      "not-allowed",
      `${c.var.who.name} may not look at hosts and deployments.`,
      help,
    );
  };
}

/** For streams, which outlive the moment when they were asked for: the token may be revoked, or a role taken away. */
export function stillMayLook(c: WebContext, gate: Gate, desk: Desk): boolean {
  const who = gate.identify(c);
  return who !== null && desk.mayView(who).isAllowed;
}

/** Hono answers HEAD by running GET and dropping its body: a stream would be opened that nobody ever closes. */
export function noHead(): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    if (c.req.method !== "HEAD") return next();
    return errorAnswer(c, 405, "bad-method", "The API does not answer HEAD.", "Send GET.");
  };
}
