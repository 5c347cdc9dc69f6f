import { createHash } from "node:crypto";
import { noRequestKeys, type RequestKeys } from "../store/request-keys.ts";
import type { Reply } from "./desk.ts";

/** How many answers are remembered for requests that come twice. */
const remembered = 1_000;

const begunBefore: Reply = {
  kind: "refused",
  code: "already-decided",
  message:
    "A request with this idempotency key was taken before the bot was restarted. It is not done twice.",
  help: "Look at /status and /history for what came of it; to ask again, use a new key.",
};

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
 * of a key before the bot was started: its run has it, in the same write that began the run. `keys` remembers the others.
 */
export function createIdempotency(
  earlier: (key: string) => Promise<{ readonly key: string; readonly reply: Reply } | null>,
  keys: RequestKeys = noRequestKeys,
): (key: string | null, work: () => Promise<Reply>) => Promise<Reply> {
  const answers = new Map<string, { readonly key: string; readonly answer: Promise<Reply> }>();

  async function first(key: string, work: () => Promise<Reply>): Promise<Reply> {
    const found = (await earlier(personOf(key))) ?? keptReply(keys, personOf(key));
    if (found !== null) {
      return found.key === key ? found.reply : anotherText;
    }
    await keys.begin(key);
    const reply = await work().catch(async (error: unknown) => {
      await keys.forget(key);
      throw error;
    });
    const mayComeAgain =
      reply.kind === "started" || (reply.kind === "refused" && reply.code === "unavailable");
    await (mayComeAgain ? keys.forget(key) : keys.done(key, reply));
    return reply;
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
    if (answers.size > remembered && oldest !== undefined) {
      answers.delete(oldest);
    }
    return answer;
  };
}

/** What came of a request that began no run, from before the bot was started. What is not known any more word for word is said to be so, and is not done again. */
export function keptReply(
  keys: RequestKeys,
  start: string,
): { readonly key: string; readonly reply: Reply } | null {
  const found = keys.find(start);
  return found === null ? null : { key: found.key, reply: (found.reply as Reply | undefined) ?? begunBefore };
}

/** A key without the text that it was used for, as the beginning of all of them. */
function personOf(key: string): string {
  return `${key.split(".")[0]}.`;
}
