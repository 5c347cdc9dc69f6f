import type { Reply } from "./desk.ts";

/** How many answers are remembered for requests that come twice. */
const kept = 1_000;

/** Does the work of a key once; the same key again gets the same answer, also while the first is under way. */
export function createIdempotency(): (key: string | null, work: () => Promise<Reply>) => Promise<Reply> {
  const answers = new Map<string, Promise<Reply>>();
  return (key, work) => {
    if (key === null) {
      return work();
    }
    const known = answers.get(key);
    if (known !== undefined) {
      return known;
    }
    const answer = work();
    answers.set(key, answer);
    // What threw may be tried again.
    answer.catch(() => answers.delete(key));
    const [oldest] = answers.keys();
    if (answers.size > kept && oldest !== undefined) {
      answers.delete(oldest);
    }
    return answer;
  };
}
