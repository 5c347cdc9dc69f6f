import { createHash, createHmac } from "node:crypto";

/** What the bot may tell a supervisor. */
export const answerNames = ["ack", "commit", "rollback"] as const;
export type AnswerName = (typeof answerNames)[number];

/**
 * The secret word that each answer to a supervisor brings. The host gets the words' hashes with the plan, and a word only with
 * the answer itself, on stdin: so what an activation prints, writes or runs is no answer. Made from a key of the bot's own and
 * the deployment's id, so that no record holds a word and a restarted bot still knows it.
 */
export type AnswerWords = (deployment: string, answer: AnswerName) => string;

export function answerWords(key: string): AnswerWords {
  return (deployment, answer) => createHmac("sha256", key).update(`${deployment} ${answer}`).digest("hex");
}

/** SHA-256 in hexadecimal, as sha256sum prints it. */
export function hashOf(word: string): string {
  return createHash("sha256").update(word).digest("hex");
}
