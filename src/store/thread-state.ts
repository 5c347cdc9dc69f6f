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
      /** How often in a row the platform did not take it. */
      refused: z.int().optional(),
      /** It is not posted any more, and was not. */
      isLost: z.boolean().optional(),
    }),
  ),
  /** How often something in it was posted anew, as the platform said that it was gone. */
  repairs: z.int().default(0),
  /** Why it is not posted anew any more. */
  ended: z.string().optional(),
  /** Files by key: when first tried, how often that failed, and whether it is owed no more: sent, or done without. */
  files: z.record(
    z.string(),
    z.object({ isSent: z.boolean(), triedAt: z.number().nullable(), failed: z.int().optional() }),
  ),
  /** What could not be shown, and why: the thread says so in a message of its own. */
  losses: z.array(z.string()).optional(),
});
export type ThreadState = z.infer<typeof threadStateSchema>;

export function newThreadState(surface: string, run: string): ThreadState {
  return { surface, run, messages: {}, repairs: 0, files: {} };
}

export function threadKey(surface: string, run: string): string {
  return `${surface}/${run}`;
}
