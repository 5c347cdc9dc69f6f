import { type Clock, isoTime } from "../config/clock.ts";
import { everyHost, inForce, type Lock } from "../deploy/locks.ts";
import type { Damage } from "../store/damage.ts";
import { isLostLock } from "../store/sound-locks.ts";
import { type TroubleKey, troubleKinds } from "./kinds.ts";
import type { TroubleList, Troubles } from "./troubles.ts";

/** Looks at one thing, and reports or clears its trouble. */
export type Look = () => Promise<void>;

/** Milliseconds between two looks at the data directory, and at what is asked over a network. */
export const lookEvery = { data: 5_000, others: 15_000 } as const;

/** Looks at all, one after the other, until the signal. A look that fails is told, and tried again with the next round. */
export async function keepLooking(
  looks: readonly Look[],
  every: number,
  clock: Clock,
  signal: AbortSignal,
  onError: (error: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    await lookOnce(looks, onError);
    await clock.sleep(every, signal).catch(() => {});
  }
}

export async function lookOnce(looks: readonly Look[], onError: (error: unknown) => void): Promise<void> {
  for (const look of looks) {
    await look().catch(onError);
  }
}

/** Each kept damaged file is a trouble until it is moved away. */
export function lookAtDamage(
  read: () => Promise<readonly Damage[]>,
  troubles: Pick<TroubleList, "report" | "clear" | "all">,
): Look {
  return async () => {
    const found = await read();
    const keys = new Set<TroubleKey>();
    for (const { name, what, since } of found) {
      const key: TroubleKey = `records:${name}`;
      keys.add(key);
      troubles.report(key, `${what}.`, troubleKinds.records.mend, since);
    }
    for (const { key } of troubles.all()) {
      if (key.startsWith("records:") && !keys.has(key)) {
        troubles.clear(key);
      }
    }
  };
}

/** Locks that stand in for what was lost hold their hosts until an admin unlocks them. */
export function lookAtLocks(locks: () => Promise<readonly Lock[]>, clock: Clock, troubles: Troubles): Look {
  return async () => {
    const lost = inForce(await locks(), isoTime(clock)).filter(isLostLock);
    const [first] = lost;
    if (first === undefined) {
      troubles.clear("locks");
      return;
    }
    const names = [...new Set(lost.map(({ host }) => host))];
    const which = names.includes(everyHost) ? "All hosts are" : `${names.join(", ")}:`;
    troubles.report("locks", `${which} locked: ${first.reason}.`, troubleKinds.locks.mend, first.since);
  };
}

/** What is not well for so long is a trouble, in milliseconds: a connection that comes back by itself is none. */
export const patience = 60_000;

/** A part that says itself how it is, such as a chat platform or the builder. */
export function lookAtPart(
  key: TroubleKey,
  /** The cause, in sentences; null where it is well. */
  ask: () => Promise<string | null>,
  clock: Clock,
  troubles: Troubles,
): Look {
  let badSince: number | null = null;
  return async () => {
    const cause = await ask();
    if (cause === null) {
      badSince = null;
      troubles.clear(key);
      return;
    }
    badSince ??= clock.now();
    if (clock.now() - badSince >= patience) {
      troubles.report(key, cause);
    }
  };
}
