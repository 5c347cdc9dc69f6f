import { type Clock, systemClock } from "../../config/clock.ts";
import type { MessageRef } from "../channel.ts";

/** Where the threads begin, so that an answer can link to one. */
export interface Roots {
  posted(key: string, ref: MessageRef): void;
  /** Waits a moment for the root of this run; null when it is not there yet. */
  of(run: string): Promise<MessageRef | null>;
}

const kept = 200;
/** How long an answer waits for the root, in milliseconds. */
const patience = 2_000;

export function createRoots(signal: AbortSignal, clock: Pick<Clock, "sleep"> = systemClock): Roots {
  const known = new Map<string, MessageRef>();
  const waiting = new Map<string, Set<(ref: MessageRef | null) => void>>();

  return {
    posted(key, ref) {
      if (!key.endsWith("/root")) {
        return;
      }
      known.delete(key);
      known.set(key, ref);
      const [oldest] = known.keys();
      if (known.size > kept && oldest !== undefined) {
        known.delete(oldest);
      }
      for (const tell of waiting.get(key) ?? []) {
        tell(ref);
      }
    },
    of(run) {
      const key = `${run}/root`;
      const ref = known.get(key);
      if (ref !== undefined) {
        return Promise.resolve(ref);
      }
      const { promise, resolve } = Promise.withResolvers<MessageRef | null>();
      const all = waiting.get(key) ?? new Set();
      waiting.set(key, all.add(resolve));
      const over = new AbortController();
      const giveUp = () => resolve(null);
      void clock.sleep(patience, AbortSignal.any([signal, over.signal])).then(giveUp, giveUp);
      return promise.finally(() => {
        over.abort();
        all.delete(resolve);
        if (all.size === 0) {
          waiting.delete(key);
        }
      });
    },
  };
}
