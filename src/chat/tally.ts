import { bounds } from "../config/bounds.ts";
import type { Clock } from "../config/clock.ts";

/** What came again in a minute that is over, beside the first. */
export interface Sum {
  readonly person: string;
  readonly reason: string;
  readonly more: number;
  readonly since: number;
}

export interface Tally {
  /** True for the first of its minute: it is written in full, the rest are summed up. */
  isFirst(person: string, reason: string): boolean;
  /** Minutes that are over and had more than one, each told once; `all` ends those that are not over, too. */
  sums(all?: boolean): readonly Sum[];
}

/** Counts what would be written again and again, by person and reason, so that a log stays short and loses no number. */
export function createTally(clock: Clock): Tally {
  const counted = new Map<string, { -readonly [Key in keyof Sum]: Sum[Key] }>();
  const ended: Sum[] = [];

  /** An entry's place in the map is its age, so the oldest come first. */
  function endOld(isAll: boolean): void {
    const now = clock.now();
    for (const [key, sum] of counted) {
      const isTooMany = counted.size > bounds.people;
      if (!isAll && !isTooMany && Math.abs(now - sum.since) < bounds.commands.within) {
        return;
      }
      counted.delete(key);
      if (sum.more > 0) {
        ended.push(sum);
      }
    }
  }

  return {
    isFirst(person, reason) {
      endOld(false);
      const key = JSON.stringify([person, reason]);
      const known = counted.get(key);
      if (known === undefined) {
        counted.set(key, { person, reason, more: 0, since: clock.now() });
        return true;
      }
      known.more += 1;
      return false;
    },
    sums(isAll = false) {
      endOld(isAll);
      return ended.splice(0);
    },
  };
}
