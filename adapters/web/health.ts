import { setTimeout as delay } from "node:timers/promises";
import type { Desk } from "../../src/chat/desk.ts";
import type { Gate } from "./session.ts";
import type { WebContext } from "./types.ts";

const waitMs = 5_000;

/** For load balancers and monitors, so open to all: which part is well. Why not holds names and addresses: it is for who may look. */
export async function healthAnswer(c: WebContext, desk: Desk, gate: Gate): Promise<Response> {
  const parts = await readHealth(desk);
  const ok = parts.every((part) => part.ok);
  const who = gate.identify(c);
  const mayLook = who !== null && desk.mayView(who).isAllowed;
  const answer = mayLook
    ? { ok, parts, troubles: desk.troubles() }
    : { ok, parts: parts.map(({ part, ok }) => ({ part, ok })) };
  return c.json(answer, ok ? 200 : 503);
}

async function readHealth(desk: Desk): ReturnType<Desk["health"]> {
  const waiting = new AbortController();
  try {
    return await Promise.race([desk.health(), tooLate(waiting.signal)]);
  } catch {
    return [{ part: "desk", ok: false, detail: "it gave no answer" }];
  } finally {
    waiting.abort();
  }
}

async function tooLate(signal: AbortSignal): Promise<never> {
  await delay(waitMs, undefined, { signal });
  throw new Error(`reading the health took more than ${waitMs} ms`);
}
