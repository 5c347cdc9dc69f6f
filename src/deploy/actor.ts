import { z } from "zod";

/** Who did something, and where: one person may appear under several surfaces. */
export const actorSchema = z.object({
  surface: z.string(),
  id: z.string(),
  name: z.string(),
  /** The name under `people`: one human, on however many surfaces. Left out for somebody whom fleet.yaml does not know. */
  person: z.string().exactOptional(),
  /** The groups of a chat platform that its rights came from, and whether it is of another organisation: asked again before the act. */
  groups: z.array(z.string()).readonly().exactOptional(),
  isOutsider: z.boolean().exactOptional(),
});
export type Actor = z.infer<typeof actorSchema>;
