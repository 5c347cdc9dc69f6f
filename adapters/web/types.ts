import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { Desk } from "../../src/chat/desk.ts";
import type { Identity } from "../../src/chat/identity.ts";

export type Deployment = Awaited<ReturnType<Desk["deployments"]>>[number];

export interface WebLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** Somebody's own token: its hash is SHA-256 in hex. */
export interface PersonToken {
  readonly name: string;
  readonly hash: string;
}

/** Sessions and the tokens that they were begun with, both as hashes. */
export interface SessionStore {
  tokenOf(session: string): string | null;
  begin(session: string, token: string): Promise<void>;
  end(session: string): Promise<void>;
}

/** Takes a login link's code away; the hash of the token that it was made for, or null. One whose token is not known stays. */
export type SpendCode = (code: string, isKnown: (tokenHash: string) => boolean) => Promise<string | null>;

export interface WebOptions {
  readonly desk: Desk;
  readonly listen: { readonly host: string; readonly port: number };
  /** The owner's. Null leaves the page open to whoever reaches it: only the demo does that, on loopback. */
  readonly token: string | null;
  /** The tokens of other people, as they are now; one that is gone ends its sessions. */
  readonly people?: () => readonly PersonToken[];
  readonly spendCode?: SpendCode;
  /** Without it sessions end with the process. */
  readonly sessions?: SessionStore;
  readonly log: WebLog;
  readonly version: string;
  /** The text of GET /metrics, in Prometheus' format; without it there is no such route. */
  readonly metrics?: () => Promise<string>;
  /** Names under which a reverse proxy or a DNS entry reaches the page, beside the listen address and localhost. */
  readonly allowedHosts?: readonly string[];
  /** Addresses and networks of proxies, whose X-Forwarded-For is believed for counting by address. */
  readonly trustedProxies?: readonly string[];
  /** Milliseconds in which a request has to arrive in full (15 s). */
  readonly requestTimeout?: number;
}

export interface WebEnv {
  Bindings: HttpBindings;
  Variables: { who: Identity };
}

export type WebContext = Context<WebEnv>;
