import { z } from "zod";

/** What somebody asked for, as data: the command's name, its words, and its flags (`true` for one that stands alone). */
export const commandRequestSchema = z.strictObject({
  command: z.string().min(1).max(40),
  words: z.array(z.string().max(2_000)).max(200),
  flags: z.record(z.string().max(40), z.union([z.string().max(2_000), z.literal(true)])),
  /** Of one that was really made: which delivery or Idempotency-Key it came by (`requestKey`), so that it is done once. */
  key: z.string().max(100).exactOptional(),
});
export type CommandRequest = z.infer<typeof commandRequestSchema>;

export function commandRequest(
  command: string,
  words: readonly string[],
  flags: CommandRequest["flags"] = {},
): CommandRequest {
  return { command, words: [...words], flags };
}
