import type { Reply } from "./desk.ts";

/** How many answers are remembered for requests that come twice. */
const kept = 1_000;

const anotherText: Reply = {
  kind: "refused",
  code: "bad-command",
  message: "This idempotency key was used for another command.",
  help: "Use a new key for each command.",
};

/** Does the work of a key once; the same key again gets the same answer, also while the first is under way. */
export function createIdempotency(): (
  key: string | null,
  text: string,
  work: () => Promise<Reply>,
) => Promise<Reply> {
  const answers = new Map<string, { readonly text: string; readonly answer: Promise<Reply> }>();
  return (key, text, work) => {
    if (key === null) {
      return work();
    }
    const known = answers.get(key);
    if (known !== undefined) {
      return known.text === text ? known.answer : Promise.resolve(anotherText);
    }
    const answer = work();
    answers.set(key, { text, answer });
    // What threw, or could not be had just now, may be tried again.
    answer.then(
      (reply) => reply.kind === "refused" && reply.code === "unavailable" && answers.delete(key),
      () => answers.delete(key),
    );
    const [oldest] = answers.keys();
    if (answers.size > kept && oldest !== undefined) {
      answers.delete(oldest);
    }
    return answer;
  };
}
