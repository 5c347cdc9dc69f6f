import { z } from "zod";

/** What /diff found beside the packages: the code between what runs and what would. */
export const comparisonSchema = z.object({
  /** The revision that runs, as the system itself says; null where it does not say. */
  from: z.string().nullable(),
  /** Why the commits are not known; null when they are. */
  unknown: z.string().nullable(),
  commits: z.array(
    z.object({
      revision: z.string(),
      author: z.string(),
      date: z.string(),
      subject: z.string(),
      isGone: z.boolean(),
      url: z.string().nullable(),
    }),
  ),
  /** How many there are in all. */
  count: z.int(),
  /** Where all of them can be read. */
  url: z.string().nullable(),
  /** git's diffstat, line by line. */
  files: z.array(z.string()),
  /** Bytes of everything that each system needs. */
  sizes: z.object({ before: z.number(), after: z.number() }).nullable(),
});
export type Comparison = z.infer<typeof comparisonSchema>;
