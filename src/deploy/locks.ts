import { z } from "zod";
import { type Actor, actorSchema } from "./actor.ts";

const time = z.iso.datetime();

/** Nobody deploys a host that is locked. */
export const lockSchema = z.object({
  /** The run whose thread tells of it. */
  run: z.string(),
  /** `*` for every host. */
  host: z.string(),
  reason: z.string(),
  by: actorSchema,
  since: time,
  /** When it ends by itself; null for never. */
  until: time.nullable(),
  /** The roll back that set it; null where somebody asked for it. */
  deployment: z.string().nullable(),
  ended: z.object({ how: z.enum(["unlocked", "expired"]), by: actorSchema.nullable(), at: time }).nullable(),
});
export type Lock = z.infer<typeof lockSchema>;

export const everyHost = "*";

/** An end that has come counts, whether somebody has written it down or not. */
export function inForce(locks: readonly Lock[], now: string): Lock[] {
  return locks.filter(({ ended, until }) => ended === null && (until === null || until > now));
}

/** The locks, of those in force, that hold a host: a person's before that of a roll back. */
export function holdersOf(held: readonly Lock[], host: string): Lock[] {
  const all = held.filter((lock) => lock.host === host || lock.host === everyHost);
  return [
    ...all.filter((lock) => lock.deployment === null),
    ...all.filter((lock) => lock.deployment !== null),
  ];
}

/** The first of them. */
export function holderOf(held: readonly Lock[], host: string): Lock | null {
  return holdersOf(held, host)[0] ?? null;
}

/** Those that hold a host at that time. */
export function locksOn(locks: readonly Lock[], host: string, now: string): Lock[] {
  return holdersOf(inForce(locks, now), host);
}

/** One more lock: on a free host, on that of a roll back, or an admin's on anything but their own. */
export function mayStack(held: readonly Lock[], by: Actor, isAdmin: boolean): boolean {
  return held.every((lock) => lock.deployment !== null || (isAdmin && !isOwnLock(lock, by)));
}

/** Which lock an unlock takes off: one's own first, then that of a roll back, and an admin's hand takes the newest. */
export function lockToEnd(held: readonly Lock[], by: Actor, mayUnlockOthers: boolean): Lock | null {
  const newest = [...held].reverse();
  const own = newest.find((lock) => lock.deployment === null && isOwnLock(lock, by));
  const others = mayUnlockOthers ? newest.find((lock) => lock.deployment === null) : undefined;
  return own ?? others ?? newest.find((lock) => isOwnLock(lock, by)) ?? null;
}

/** The lock that holds a host at that time. */
export function lockOn(locks: readonly Lock[], host: string, now: string): Lock | null {
  return holderOf(inForce(locks, now), host);
}

/** A lock that a roll back set is everybody's who may deploy there; another one is its owner's. */
export function isOwnLock(lock: Lock, who: Actor): boolean {
  const isSamePerson = lock.by.person !== undefined && lock.by.person === who.person;
  return (
    lock.deployment !== null || isSamePerson || (lock.by.surface === who.surface && lock.by.id === who.id)
  );
}

/** Such as `alice locked yoga at 2026-11-24 09:00 UTC until 11:00 UTC: disk is being replaced`. */
export function lockText({ host, by, since, until, reason, deployment }: Lock): string {
  const what = host === everyHost ? "every host" : host;
  const end = until === null ? "" : ` until ${until.slice(0, 16).replace("T", " ")} UTC`;
  const who = deployment === null ? by.name : `${by.name}'s roll back (${deployment})`;
  return `${who} locked ${what} at ${since.slice(0, 16).replace("T", " ")} UTC${end}: ${reason}`;
}
