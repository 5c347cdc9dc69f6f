import { bounds } from "../config/bounds.ts";
import type { Clock } from "../config/clock.ts";

export interface Asker {
  readonly person: string;
  readonly isDecider: boolean;
  readonly isUrgent: boolean;
}

export type Rated =
  | { readonly kind: "go" }
  /** `isFirst` of this window: it is noted in full, the rest are summed up. */
  | {
      readonly kind: "refused";
      readonly seconds: number;
      readonly isFirst: boolean;
      readonly isFullOfOthers: boolean;
    };

/** What a person was refused in a window that is over, beside the first. */
export interface RefusedSum {
  readonly person: string;
  readonly refused: number;
  readonly since: number;
}

export interface Rates {
  ask(asker: Asker): Rated;
  /** Windows that are over and had more than one refusal, each told once; `all` ends those that are not over, too. */
  sums(all?: boolean): readonly RefusedSum[];
}

interface Window {
  readonly since: number;
  readonly person: string;
  taken: number;
  refused: number;
}

const others = "others";

/**
 * Counts commands in windows of a minute that begin with a person's first one. Own code, as the rate limiters on npm read the
 * system's clock and cannot be given another.
 */
export function createRates(clock: Clock): Rates {
  const windows = new Map<string, Window>();
  const ended: RefusedSum[] = [];

  function end(key: string, window: Window): void {
    windows.delete(key);
    if (window.refused > 1) {
      ended.push({ person: window.person, refused: window.refused - 1, since: window.since });
    }
  }

  /** A window's place in the map is its age, so the oldest come first. */
  function endOld(isAll: boolean): void {
    const now = clock.now();
    for (const [key, window] of windows) {
      const isTooMany = windows.size > bounds.people;
      if (!isAll && !isTooMany && Math.abs(now - window.since) < bounds.commands.within) {
        return;
      }
      end(key, window);
    }
  }

  function windowOf(key: string, person: string): Window {
    const window = windows.get(key) ?? { since: clock.now(), person, taken: 0, refused: 0 };
    windows.set(key, window);
    return window;
  }

  return {
    ask({ person, isDecider, isUrgent }) {
      endOld(false);
      const { decider, other } = bounds.commands;
      const own = windowOf(`${isUrgent ? "urgent" : "usual"} ${person}`, person);
      const shared = isDecider ? null : windowOf(others, others);
      const isOver = own.taken >= (isDecider ? decider : other);
      if (isOver || (shared !== null && shared.taken >= bounds.commands.others)) {
        own.refused += 1;
        const full = isOver || shared === null ? own : shared;
        const left = full.since + bounds.commands.within - clock.now();
        return {
          kind: "refused",
          seconds: Math.max(1, Math.ceil(left / 1_000)),
          isFirst: own.refused === 1,
          isFullOfOthers: !isOver,
        };
      }
      own.taken += 1;
      if (shared !== null) {
        shared.taken += 1;
      }
      return { kind: "go" };
    },
    sums(isAll = false) {
      endOld(isAll);
      return ended.splice(0);
    },
  };
}
