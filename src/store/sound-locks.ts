import { z } from "zod";
import { everyHost, type Lock, lockSchema } from "../deploy/locks.ts";
import type { BadRecords } from "./sound-records.ts";

/** Locks fail closed: one that cannot be read goes on holding its host, or every host where not even that can be read. */
export function soundLocks(bad: BadRecords, now: Date) {
  return z.array(z.unknown()).transform((all) =>
    all.map((value, index): Lock => {
      const result = lockSchema.safeParse(value);
      if (result.success) {
        return result.data;
      }
      const [issue] = result.error.issues;
      bad.push(`locks.${index}: ${issue?.path.join(".")}: ${issue?.message}`);
      const host = z.object({ host: z.string() }).safeParse(value).data?.host ?? everyHost;
      return lostLock(host, "the record of its lock was damaged", now);
    }),
  );
}

/** No run tells of one: nobody asked for it. */
export function isLostLock({ run, deployment }: Lock): boolean {
  return run === "" && deployment === null;
}

/** The lock that stands in for what cannot be read. An admin looks, and unlocks. */
export function lostLock(host: string, reason: string, now: Date): Lock {
  return {
    run: "",
    host,
    reason,
    by: { surface: "terminal", id: "switchyard", name: "Switchyard" },
    since: now.toISOString(),
    until: null,
    deployment: null,
    ended: null,
  };
}
