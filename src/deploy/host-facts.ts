import { z } from "zod";
import { machineSchema } from "../fleet/machine.ts";

/** A system among the generations of a host. */
const placedSchema = z.object({
  toplevel: z.string(),
  generations: z.array(z.int()).readonly(),
  specialisation: z
    .object({ name: z.string(), generation: z.int().nullable(), parent: z.string() })
    .nullable(),
});

/** What a host ran when it was looked at; the supervisor refuses to act when this has changed. */
export const hostFactsSchema = z.object({
  /** The store path behind /run/current-system. */
  current: z.string(),
  /** The link behind /nix/var/nix/profiles/system, such as `system-12-link`; null where there is no profile. */
  profile: z.string().nullable(),
  /** The store path behind the profile: what the next boot takes. */
  profileSystem: z.string().nullable(),
  /** The number in `profile`: of what boots next, which need not be what runs. See `systemsOf`. */
  generation: z.number().int().nullable(),
  /** Where what runs, and what was booted, stand among the generations. Older records do not have it. */
  places: z.object({ running: placedSchema, booted: placedSchema }).exactOptional(),
  bootId: z.string(),
  /** Which machine answered. Older records do not have it. */
  machine: machineSchema.exactOptional(),
  rebootNeeded: z.boolean().default(false),
});
export type HostFacts = z.infer<typeof hostFactsSchema>;
