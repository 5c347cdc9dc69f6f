import { z } from "zod";

/** What is done to a host beside deploying: collecting garbage, deleting generations, rebooting. */

const time = z.iso.datetime();

/** One generation on a card that asks whether to delete. */
const generationFateSchema = z.object({
  number: z.int(),
  date: z.string(),
  kernel: z.string(),
  /** Why it stays; null for one that goes. */
  stays: z.string().nullable(),
});
export type GenerationFate = z.infer<typeof generationFateSchema>;

/** What the card shows of the host as it was before. */
const hostSightSchema = z.object({
  /** systemd's word: running, degraded … */
  system: z.string(),
  failedUnits: z.array(z.string()),
  kernel: z.string(),
  bootedGeneration: z.int().nullable(),
  /** What the profile points at, which the boot loader takes next. */
  next: z.object({ generation: z.int().nullable(), kernel: z.string() }),
  generations: z.array(generationFateSchema),
  /** Bytes free for /nix/store. */
  free: z.number().nullable(),
  /** What no root holds: how many paths, and how many bytes at most; null where it could not be told in time. */
  dead: z.object({ paths: z.int(), bytes: z.number() }).nullable(),
});
export type HostSight = z.infer<typeof hostSightSchema>;

export const hostActSchema = z.object({
  /** For gc: look at every path afterwards. */
  verify: z.boolean(),
  /** For prune: how many of the newest stay, or from which age on they go (milliseconds). */
  keep: z.int().nullable(),
  olderThan: z.number().nullable(),
  seen: hostSightSchema.nullable(),
  /** When it was begun, stored before the host was told. */
  begunAt: time.nullable(),
});
export type HostAct = z.infer<typeof hostActSchema>;

export type AskedAct = Pick<HostAct, "verify" | "keep" | "olderThan">;

export function newAct({ verify, keep, olderThan }: AskedAct): HostAct {
  return { verify, keep, olderThan, seen: null, begunAt: null };
}

/** The numbers of those that a prune deletes. */
export function doomed(act: HostAct): number[] {
  return (act.seen?.generations ?? []).filter(({ stays }) => stays === null).map(({ number }) => number);
}
