import { createHash } from "node:crypto";
import type { Reply } from "./desk.ts";

/** How many answers are remembered for requests that come twice. */
const kept = 1_000;

const anotherText: Reply = {
  kind: "refused",
  code: "bad-command",
  message: "This idempotency key was used for another command.",
  help: "Use a new key for each command.",
};

/** Whose key it is, and for which text; short enough for a record, and no secret of anybody's. */
export function requestKey(
  who: { readonly surface: string; readonly id: string },
  key: string,
  text: string,
): string {
  return `${requestKeyStart(who, key)}${short(text)}`;
}

/** How all keys of that person's request begin, whatever its text. */
export function requestKeyStart(who: { readonly surface: string; readonly id: string }, key: string): string {
  return `${short(`${who.surface}:${who.id}:${key}`)}.`;
}

function short(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/**
 * Does the work of a key once; the same key again gets the same answer, also while the first is under way. `earlier` tells what came
 * of a key before the bot was started: its run has it, in the same write that began the run.
 */
export function createIdempotency(
  earlier: (key: string) => Promise<{ readonly key: string; readonly reply: Reply } | null>,
): (key: string | null, work: () => Promise<Reply>) => Promise<Reply> {
  const answers = new Map<string, { readonly key: string; readonly answer: Promise<Reply> }>();

  async function first(key: string, work: () => Promise<Reply>): Promise<Reply> {
    const found = await earlier(personOf(key));
    return found === null ? work() : found.key === key ? found.reply : anotherText;
  }

  return (key, work) => {
    if (key === null) {
      return work();
    }
    const known = answers.get(personOf(key));
    if (known !== undefined) {
      return known.key === key ? known.answer : Promise.resolve(anotherText);
    }
    const answer = first(key, work);
    answers.set(personOf(key), { key, answer });
    // What threw, or could not be had just now, may be tried again.
    answer.then(
      (reply) => reply.kind === "refused" && reply.code === "unavailable" && answers.delete(personOf(key)),
      () => answers.delete(personOf(key)),
    );
    const [oldest] = answers.keys();
    if (answers.size > kept && oldest !== undefined) {
      answers.delete(oldest);
    }
    return answer;
  };
}

/** A key without the text that it was used for, as the beginning of all of them. */
function personOf(key: string): string {
  return `${key.split(".")[0]}.`;
}
