import type { Trouble } from "./troubles.ts";

/** Which troubles were told in which places, such as `slack`, and since when one of them is over (milliseconds; null while it is there). */
export type Told = Readonly<
  Record<string, { readonly places: readonly string[]; readonly goneAt: number | null }>
>;

/** A trouble that comes back within this time (milliseconds) is the same: a restart, or a disk at the edge, tells nothing twice. */
export const sameWithin = 60_000;

/** What is remembered now: what is over for long enough is forgotten, and is told again when it comes back. */
export function remembered(told: Told, present: readonly Trouble[], now: number): Told {
  const keys = new Set<string>(present.map(({ key }) => key));
  return Object.fromEntries(
    Object.entries(told).flatMap(([key, one]) => {
      const isOver = one.goneAt !== null && now - one.goneAt >= sameWithin;
      if (isOver) {
        return [];
      }
      return [[key, { ...one, goneAt: keys.has(key) ? null : (one.goneAt ?? now) }]];
    }),
  );
}

export function untold(told: Told, present: readonly Trouble[], place: string): readonly Trouble[] {
  return present.filter(({ key }) => told[key]?.places.includes(place) !== true);
}

export function toldIn(told: Told, { key }: Pick<Trouble, "key">, place: string): Told {
  return { ...told, [key]: { places: [...(told[key]?.places ?? []), place], goneAt: null } };
}
