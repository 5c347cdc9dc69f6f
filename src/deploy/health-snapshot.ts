import { z } from "zod";

export const unitSchema = z.object({
  active: z.string(),
  sub: z.string(),
  /** How often systemd restarted it by itself since it was last started by hand. */
  restarts: z.number().int(),
  /** It was never restarted by systemd, or has run for a good while since. */
  isSteady: z.boolean(),
  invocation: z.string(),
  load: z.string(),
  result: z.string(),
  /** A target or another unit wants it to run all the time; what only a socket, timer or path starts may come and go. */
  wanted: z.boolean(),
  /** Units that it cannot do without; left out where there are none. */
  needs: z.array(z.string()).exactOptional(),
  /** systemd's Type, such as `oneshot`. */
  type: z.string().exactOptional(),
});
export type UnitState = z.infer<typeof unitSchema>;

export const healthSnapshotSchema = z.object({
  system: z.string(),
  units: z.record(z.string(), unitSchema),
  /** The journal's end at that time: what comes after it is counted later. */
  cursor: z.string().exactOptional(),
  /** What systemd's own messages say since the cursor that was given: restarts by itself, and how the unit ended last. */
  restarts: z.record(z.string(), z.object({ count: z.int(), exit: z.string() })).exactOptional(),
  /** Failed units of logged-in people. */
  users: z.record(z.string(), z.array(z.string())).exactOptional(),
  /** Logged-in people whose systemd could not be asked, and why. */
  unasked: z.record(z.string(), z.string()).exactOptional(),
});
export type HealthSnapshot = z.infer<typeof healthSnapshotSchema>;
