import { z } from "zod";

/** The end that a switch came to, held back while its host is watched. */
const heldSchema = z.object({
  outcome: z.enum(["deployed", "deployed-degraded"]),
  message: z.string(),
  help: z.string().nullable(),
  lines: z.array(z.string()),
  generation: z.int().nullable(),
});
export type Held = z.infer<typeof heldSchema>;

export const lookSchema = z.enum(["ok", "bad", "away"]);
export type LookWord = z.infer<typeof lookSchema>;

/** How a host does that is watched after its switch. */
export const monitorSchema = z.object({
  until: z.iso.datetime(),
  /** The last looks, the oldest first. */
  strip: z.array(lookSchema),
  /** Why it counts as unwell; set once, and then the watching ends. */
  alarm: z.string().nullable(),
  problems: z.array(z.string()).default([]),
  /** The alarm takes the host back by itself. It is written before that begins. */
  rollsBack: z.boolean().default(false),
  /** The alarm is that another machine answers under this name: nothing there is to be rolled back. */
  isStranger: z.boolean().exactOptional(),
  held: heldSchema,
});
export type Monitor = z.infer<typeof monitorSchema>;
