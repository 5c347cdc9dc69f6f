import { setTimeout as sleep } from "node:timers/promises";

const first = 1_000;
const longest = 60_000;

/** 1 s, 2 s, 4 s … a minute, each a little different, so that many bots do not come back at the same moment. */
export function pauseAfter(failures: number, random: () => number = Math.random): number {
  const full = Math.min(longest, first * 2 ** Math.min(20, Math.max(0, failures - 1)));
  return Math.round(full * (0.75 + random() / 4));
}

/** Waits, and says whether the wait was left alone. */
export async function rest(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(milliseconds, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}

/** The work, or an error when it takes too long. */
export async function within<Value>(
  milliseconds: number,
  what: string,
  work: Promise<Value>,
): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`${what} took more than ${milliseconds} ms`)),
    milliseconds,
  );
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
