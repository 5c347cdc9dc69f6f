import type { Clock } from "../../src/config/clock.ts";

/** A clock whose time stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Lets this much time pass; every sleep that falls due on the way ends at its own moment. */
  advance(milliseconds: number): Promise<void>;
  /** Goes from one due sleep to the next until the condition holds. Throws when nothing is left to wait for. */
  until(condition: () => boolean | Promise<boolean>, what?: string): Promise<void>;
  /** As `until`, for a promise: its value, or its error. */
  settle<T>(promise: Promise<T>): Promise<T>;
  /** How many sleeps are pending. */
  readonly sleeping: number;
}

interface Sleep {
  readonly at: number;
  end(): void;
}

/** More steps than any test needs: it goes round in circles. */
const maxSteps = 20_000;

export function manualClock(start = "2026-11-23T10:00:00.000Z"): ManualClock {
  let time = Date.parse(start);
  const sleeps = new Set<Sleep>();

  function nextDue(): Sleep | undefined {
    let first: Sleep | undefined;
    for (const sleep of sleeps) {
      if (first === undefined || sleep.at < first.at) {
        first = sleep;
      }
    }
    return first;
  }

  function end(sleep: Sleep): void {
    time = Math.max(time, sleep.at);
    sleep.end();
  }

  async function until(condition: () => boolean | Promise<boolean>, what = "the condition"): Promise<void> {
    for (let step = 0; step < maxSteps; step++) {
      await quiet();
      if (await condition()) {
        return;
      }
      const due = nextDue();
      if (due === undefined) {
        throw new Error(`waiting for ${what}: nothing is asleep that could bring it about`);
      }
      end(due);
    }
    throw new Error(`waiting for ${what}: not after ${maxSteps} sleeps`);
  }

  return {
    now: () => time,
    get sleeping() {
      return sleeps.size;
    },
    sleep(milliseconds, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const onAbort = () => {
          sleeps.delete(sleep);
          reject(signal?.reason);
        };
        const sleep: Sleep = {
          at: time + Math.max(0, milliseconds),
          end() {
            sleeps.delete(sleep);
            signal?.removeEventListener("abort", onAbort);
            resolve();
          },
        };
        sleeps.add(sleep);
        signal?.addEventListener("abort", onAbort, { once: true });
      });
    },
    async advance(milliseconds) {
      const target = time + milliseconds;
      await quiet();
      for (let due = nextDue(); due !== undefined && due.at <= target; due = nextDue()) {
        end(due);
        await quiet();
      }
      time = target;
    },
    until,
    async settle(promise) {
      let isSettled = false;
      const settled = () => {
        isSettled = true;
      };
      promise.then(settled, settled);
      await until(() => isSettled, "a promise");
      return promise;
    },
  };
}

/**
 * Resolves when the process does nothing any more but sleep: every promise has run on, and no file is being
 * read or written. So the time of a test never runs ahead of its disk.
 */
export async function quiet(): Promise<void> {
  for (let idle = 0; idle < 4; ) {
    const isBusy = process.getActiveResourcesInfo().some((name) => /^(FSReq|CloseReq|FileHandle)/.test(name));
    idle = isBusy ? 0 : idle + 1;
    // A disk takes a millisecond; spinning meanwhile would only take the processor from it.
    await new Promise((resolve) => (isBusy ? setTimeout(resolve, 1) : setImmediate(resolve)));
  }
}
