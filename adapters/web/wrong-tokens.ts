import { bounds } from "../../src/chat/desk.ts";
import type { AddressOf } from "./client-address.ts";
import { errorAnswer } from "./errors.ts";
import type { WebContext, WebLog } from "./types.ts";

export type Wrong =
  /** `before` were only counted since the last one that was told. */
  | { readonly kind: "told"; readonly before: number }
  | { readonly kind: "too-many"; readonly seconds: number };

/**
 * Counts wrong tokens, for each address and in total. A right token is always taken: behind a proxy all people have one address, so
 * somebody who guesses would keep the others from signing in.
 */
export function createWrongTokens(now: () => number): (address: string) => Wrong {
  const { within, address: most, all } = bounds.wrongTokens;
  let since = now();
  let total = 0;
  let uncounted = 0;
  let seen = new Map<string, number>();
  return (address) => {
    if (Math.abs(now() - since) >= within) {
      since = now();
      total = 0;
      seen = new Map();
    }
    const own = seen.get(address) ?? 0;
    if (own >= most || total >= all) {
      uncounted += 1;
      return { kind: "too-many", seconds: Math.max(1, Math.ceil((since + within - now()) / 1_000)) };
    }
    seen.set(address, own + 1);
    total += 1;
    const before = uncounted;
    uncounted = 0;
    return { kind: "told", before };
  };
}

/** Null when this wrong token was told to the log, as `message`; else the refusal. */
export type RefuseWrong = (c: WebContext, message: string) => Response | null;

/** One count for all ways in, so that none of them is the one to guess at. */
export function refuseWrongTokens(
  addressOf: AddressOf,
  log: Pick<WebLog, "warn">,
  now: () => number = Date.now,
): RefuseWrong {
  const count = createWrongTokens(now);
  return (c, message) => {
    const from = addressOf(c);
    const wrong = count(from);
    if (wrong.kind === "told") {
      log.warn({ from, notTold: wrong.before }, message);
      return null;
    }
    c.header("retry-after", String(wrong.seconds));
    const help = `Try again in ${wrong.seconds} s, with the token that npm run token -- add NAME prints.`;
    return errorAnswer(c, 429, "too-many", "Too many wrong tokens in a minute.", help);
  };
}
