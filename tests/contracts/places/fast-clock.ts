import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../../src/config/clock.ts";

/** Real time, so many times faster: limits and paces keep their real numbers, and a test need not wait for them. */
export function fastClock(speed: number): Clock {
  const start = Date.now();
  const began = performance.now();
  return {
    now: () => Math.floor(start + (performance.now() - began) * speed),
    sleep: (milliseconds, signal) =>
      delay(milliseconds / speed, undefined, signal === undefined ? {} : { signal }),
  };
}
