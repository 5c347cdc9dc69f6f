import { bounds } from "../config/bounds.ts";
import type { Clock } from "../config/clock.ts";

/**
 * What is asked for. `urgent` are yes, cancel and roll back, `before-yes` is what a page asks before a yes, `look` is reading, and
 * `complete` what may be typed next. Each kind is counted on its own, so that none uses up another's room.
 */
export type AskKind = keyof typeof bounds.asks;

export interface Asker {
  readonly person: string;
  readonly isDecider: boolean;
  readonly kind: AskKind;
}

export type Rated =
  | { readonly kind: "go" }
  | { readonly kind: "refused"; readonly seconds: number; readonly isFullOfOthers: boolean };

export interface Rates {
  ask(asker: Asker): Rated;
}

interface Window {
  readonly since: number;
  taken: number;
}

/**
 * Counts in windows of a minute that begin with a person's first request. Own code, as the rate limiters on npm read the system's
 * clock and cannot be given another.
 */
export function createRates(clock: Clock): Rates {
  const windows = new Map<string, Window>();

  /** A window's place in the map is its age, so the oldest come first. */
  function endOld(): void {
    const now = clock.now();
    for (const [key, { since }] of windows) {
      if (windows.size <= bounds.people && Math.abs(now - since) < bounds.commands.within) {
        return;
      }
      windows.delete(key);
    }
  }

  function windowOf(key: string): Window {
    const window = windows.get(key) ?? { since: clock.now(), taken: 0 };
    windows.set(key, window);
    return window;
  }

  return {
    ask({ person, isDecider, kind }) {
      endOld();
      const { decider, other, others, shares } = bounds.asks[kind];
      const own = windowOf(`${kind} ${person}`);
      const shared = isDecider ? null : windowOf(`others ${shares}`);
      const isOver = own.taken >= (isDecider ? decider : other);
      if (isOver || (shared !== null && shared.taken >= others)) {
        const full = isOver || shared === null ? own : shared;
        const left = full.since + bounds.commands.within - clock.now();
        return { kind: "refused", seconds: Math.max(1, Math.ceil(left / 1_000)), isFullOfOthers: !isOver };
      }
      own.taken += 1;
      if (shared !== null) {
        shared.taken += 1;
      }
      return { kind: "go" };
    },
  };
}
