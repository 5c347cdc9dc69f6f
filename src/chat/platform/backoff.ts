import { type Clock, systemClock } from "../../config/clock.ts";
import { nextWait, type Repair, repairs, slowly } from "../../config/repairs.ts";

// Adapters import from here.
export { repairs, sessionStarts, waitForStart } from "../../config/repairs.ts";

/** Time and chance, as arguments. */
export interface Pacing {
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
}

export const realPacing: Pacing = { clock: systemClock, random: Math.random };

/** What is to be known of a failure before it is repeated. */
export interface Failure {
  /** No repetition makes it right: it is only looked at again, and rarely. */
  readonly isFinal: boolean;
  /** Milliseconds, where the platform says how long to wait. */
  readonly retryAfter: number | null;
}

/** Milliseconds before the next try; a platform that says how long to wait can make it longer, and never shorter. */
export function pauseAfter(
  repair: Repair & { readonly most: null },
  failures: number,
  { isFinal, retryAfter }: Failure,
  random: () => number,
): number {
  const own = slowly(isFinal ? repairs.refused : repair, failures, random());
  return Math.max(own, retryAfter ?? 0);
}

/** The same for what has a last try; null after that. */
export function pauseOrEnd(
  repair: Repair,
  failures: number,
  { isFinal, retryAfter }: Failure,
  random: () => number,
): number | null {
  const own = isFinal ? null : nextWait(repair, failures, random());
  return own === null ? null : Math.max(own, retryAfter ?? 0);
}

/** `since 10:02 UTC`, so that the words stay the same with each try. */
export function since(milliseconds: number): string {
  return `since ${new Date(milliseconds).toISOString().slice(11, 16)} UTC`;
}

/** How often something is tried at its slow rate, for people: `every 60 s at most`. */
export function pace({ longest }: Repair): string {
  return longest >= 120_000 ? `every ${Math.round(longest / 60_000)} min` : `every ${longest / 1_000} s`;
}

/** Waits, and says whether the wait was left alone. */
export function rest(
  milliseconds: number,
  signal: AbortSignal,
  clock: Pick<Clock, "sleep"> = systemClock,
): Promise<boolean> {
  return clock.sleep(milliseconds, signal).then(
    () => true,
    () => false,
  );
}

/** The work, or an error when it takes too long. */
export async function within<Value>(
  milliseconds: number,
  what: string,
  work: Promise<Value>,
  clock: Pick<Clock, "sleep"> = systemClock,
): Promise<Value> {
  const over = new AbortController();
  const late = clock.sleep(milliseconds, over.signal).then(() => {
    throw new Error(`${what} took more than ${milliseconds} ms`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => {});
    over.abort();
  }
}
