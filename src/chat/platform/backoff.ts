import { type Clock, systemClock } from "../../config/clock.ts";

/** A token that is refused is tried again rarely: somebody has to change it first. In milliseconds. */
export const tokenPause = 5 * 60_000;

const first = 1_000;
const longest = 60_000;

/** 1 s, 2 s, 4 s … a minute, each a little different, so that many bots do not come back at the same moment. */
export function pauseAfter(failures: number, random: () => number = Math.random): number {
  const full = Math.min(longest, first * 2 ** Math.min(20, Math.max(0, failures - 1)));
  return Math.round(full * (0.75 + random() / 4));
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
