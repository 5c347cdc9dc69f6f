import type { Clock } from "../config/clock.ts";

export interface Pace {
  /** Milliseconds from one call to the next, once the burst is used up. */
  readonly every: number;
  /** How many may go at once after a quiet time. */
  readonly burst: number;
}

/** Gives turns at a steady pace, first come, first served, with short bursts after quiet times. */
export function createPacer(pace: Pace, clock: Clock): (signal: AbortSignal) => Promise<void> {
  let tokens = pace.burst;
  let filledAt = clock.now();
  let queue: Promise<void> = Promise.resolve();

  async function turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const now = clock.now();
    tokens = Math.min(pace.burst, tokens + (now - filledAt) / pace.every);
    filledAt = now;
    tokens -= 1;
    if (tokens < 0) {
      await clock.sleep(-tokens * pace.every, signal);
    }
  }

  return (signal) => {
    const mine = queue.then(() => turn(signal));
    queue = mine.catch(() => {});
    return mine;
  };
}
