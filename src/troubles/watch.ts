import type { Clock } from "../config/clock.ts";
import type { Lock } from "../deploy/locks.ts";
import type { Shells } from "../remote/shells.ts";
import type { Damage } from "../store/damage.ts";
import { builderCause, surfaceCause } from "./causes.ts";
import { type Look, lookAtDamage, lookAtLocks, lookAtPart } from "./looks.ts";
import type { TroubleList } from "./troubles.ts";

/** Milliseconds for the builder to answer one look. */
const builderWithin = 5_000;

export interface WatchParts {
  readonly troubles: TroubleList;
  readonly clock: Clock;
  readonly reserve: { keep(): Promise<void> };
  readonly damage: () => Promise<readonly Damage[]>;
  readonly locks: () => Promise<readonly Lock[]>;
  readonly shells: Pick<Shells, "control">;
  /** Chat platforms; the page cannot be looked at where it is away. */
  readonly platforms: readonly {
    readonly name: string;
    health(): { readonly ok: boolean; readonly detail: string };
  }[];
  /** What a full disk did not take is written again. */
  readonly retries: readonly (() => Promise<void>)[];
}

/** Looks that ask nobody but the data directory: they come before the bot takes anything. */
export function looksAtData(
  parts: Pick<WatchParts, "troubles" | "clock" | "reserve" | "damage" | "locks">,
): Look[] {
  const { troubles, clock, reserve, damage, locks } = parts;
  return [reserve.keep, lookAtDamage(damage, troubles), lookAtLocks(locks, clock, troubles)];
}

/** All other looks at the bot itself. What fails when it is used, such as the audit, reports itself. */
export function looksAtOthers(parts: WatchParts): Look[] {
  const { troubles, clock, shells, platforms, retries } = parts;
  const askBuilder = () =>
    shells.control.run({ argv: ["true"], timeout: builderWithin }).then(
      () => null,
      () => builderCause,
    );
  return [
    lookAtPart("builder", askBuilder, clock, troubles),
    ...platforms.map(({ name, health }) =>
      lookAtPart(
        `chat:${name}`,
        async () => {
          const { ok, detail } = health();
          return ok ? null : surfaceCause(name, detail);
        },
        clock,
        troubles,
      ),
    ),
    ...retries,
  ];
}
