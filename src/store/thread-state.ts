import { z } from "zod";

const refSchema = z.object({ channel: z.string(), id: z.string() });

/** What stands in one run's thread on one platform: what the live threads need to go on after a restart. */
export const threadStateSchema = z.object({
  surface: z.string(),
  run: z.string(),
  messages: z.record(
    z.string(),
    z.object({
      /** Null while no post is known to have arrived. */
      ref: refSchema.nullable(),
      /** What was last delivered, as a hash. */
      delivered: z.string(),
      /** When the first post was tried, in milliseconds since 1970: an answer to it may have been lost. */
      triedAt: z.number().nullable(),
    }),
  ),
  /** How often something in it was posted anew, as the platform said that it was gone. */
  repairs: z.int().default(0),
  /** Files by key: when first tried, and whether one is known to have arrived. */
  files: z.record(z.string(), z.object({ isSent: z.boolean(), triedAt: z.number().nullable() })),
});
export type ThreadState = z.infer<typeof threadStateSchema>;

export function threadKey(surface: string, run: string): string {
  return `${surface}/${run}`;
}
