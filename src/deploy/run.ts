import { z } from "zod";
import { actorSchema } from "./actor.ts";
import { commandRequestSchema } from "./command-request.ts";

export const runSchema = z.object({
  id: z.string().regex(/^r-\d{8}-[0-9a-f]{4}$/),
  kind: z.enum(["deploy", "build-all", "rollback", "lock", "gc", "prune", "reboot", "adopt"]),
  command: z.string(),
  /** The same as data, so that it can be asked for again; null for what no person asked for. */
  request: commandRequestSchema.nullable().optional(),
  requestedBy: actorSchema,
  deployments: z.array(z.string()),
  /** For a build-all: at most so many builds at once; null for the builder's cores. */
  jobs: z.int().nullable().optional(),
  /** For several hosts: goes on without those that could not be made ready. */
  keepGoing: z.boolean().optional(),
  /** For several hosts: the one that switches first, by itself. */
  canary: z.string().nullable().optional(),
  /** For several hosts: how many switch at a time; 1 where nothing is said. */
  wave: z.int().min(1).optional(),
  createdAt: z.iso.datetime(),
});
export type Run = z.infer<typeof runSchema>;
