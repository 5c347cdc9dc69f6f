import { z } from "zod";
import { actorSchema } from "./actor.ts";

const time = z.iso.datetime();

export const decisionSchema = z.object({ action: z.enum(["switch", "cancel"]), by: actorSchema, at: time });
export type Decision = z.infer<typeof decisionSchema>;

/** One person's word for exactly what the card shows. */
export const approvalSchema = z.object({
  by: actorSchema,
  person: z.string(),
  at: time,
  /** Of what the card showed: it counts for that and nothing else. */
  digest: z.string().exactOptional(),
});
export type Approval = z.infer<typeof approvalSchema>;

/** A word that stopped counting: its giver lost the role, the name under `people` or the account. */
export const lostWordSchema = z.object({ by: actorSchema, at: time, why: z.string() });
export type LostWord = z.infer<typeof lostWordSchema>;

/** Who let the code of an untrusted ref through, and the system it was for; null in records of older versions. */
export const refApprovalSchema = decisionSchema.extend({
  toplevel: z.string().nullable().default(null),
  /** Words before the last one, where whoever asked does not count. */
  others: z.array(approvalSchema).readonly().exactOptional(),
});

export const confirmationSchema = z.object({
  /** What the last click lets happen: the code's way to the host, or the switch. */
  gate: z.enum(["copy", "switch"]).default("switch"),
  expiresAt: time,
  /** The system that the card shows; an approval is for this one and no other. */
  toplevel: z.string().nullable().default(null),
  /** How many people have to want it when the card was made. */
  people: z.int().default(1),
  /** Only somebody with the role `approver` may give the word. */
  needsApprover: z.boolean().default(false),
  approvals: z.array(approvalSchema).default([]),
  /** Words that were given, and do not count any more. */
  lost: z.array(lostWordSchema).readonly().exactOptional(),
  decision: decisionSchema.nullable(),
});
export type Confirmation = z.infer<typeof confirmationSchema>;
