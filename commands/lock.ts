import ms from "ms";
import { text } from "../src/chat/blocks.ts";
import { refusalFor } from "../src/chat/dispatch.ts";
import { mayDo } from "../src/chat/permissions.ts";
import { command } from "../src/chat/spec.ts";
import { everyHost, isOwnLock, lockText } from "../src/deploy/locks.ts";
import { actorOf } from "../src/deploy/parts.ts";
import { flagText, hostWord, typed, word } from "./input.ts";

const shortest = ms("1m");
const longest = ms("90d");

export const lock = command({
  name: "lock",
  words: [hostWord, word("reason", "REASON", { kind: "text" }, "why; everybody sees it")],
  summary: "Keeps everybody from deploying a host until it is unlocked. A roll back works all the same.",
  examples: ["/lock hetzner-vps database is being moved", "/lock yoga new disk --for 2h"],
  flags: [
    {
      name: "for",
      value: { label: "DURATION", of: { kind: "text" } },
      summary: "how long, such as 30m, 2h or 3d; without it until somebody unlocks it",
    },
  ],
  input: typed({ least: 2, most: 100, what: "/lock takes a host and a reason." }).transform(
    (input, context) => {
      const [host = "", ...words] = input.words;
      const wanted = flagText(input, "for");
      const lasts = wanted === null ? null : milliseconds(wanted);
      if (lasts === undefined) {
        context.addIssue({
          code: "custom",
          message: `--for takes a duration from ${ms(shortest)} to ${ms(longest)}, such as 2h, not ${JSON.stringify(wanted)}.`,
        });
      }
      return { host, reason: words.join(" "), lasts: lasts ?? null };
    },
  ),
  async handle({ host, reason, lasts }, call) {
    const refusal = refusalFor(call, "lock", host);
    if (refusal !== null) {
      return refusal;
    }
    const by = actorOf(call.who);
    const isAdmin = mayDo(call.tools.fleet(), call.who, "unlock-others", null).kind === "allowed";
    const locked = await call.tools.engine.lock({ host, reason, lasts, by, isAdmin, command: call.text });
    // Its own thread has the rest, for everybody.
    const said = `${host} is locked${lasts === null ? "" : ` for ${ms(lasts, { long: true })}`}: ${reason}`;
    return locked.kind === "refused"
      ? locked
      : { kind: "answer", text: said, blocks: [text(said, "warning")] };
  },
});

export const unlock = command({
  name: "unlock",
  words: [hostWord],
  summary: "Ends a lock: your own, or that of a roll back. An admin may end anybody's.",
  examples: ["/unlock yoga"],
  flags: [],
  input: typed({ least: 1, most: 1, what: "/unlock takes one host." }).transform((input) => {
    const [host = ""] = input.words;
    return { host: host === "all" ? everyHost : host };
  }),
  async handle({ host }, call) {
    const isForAll = host === everyHost;
    const refusal = refusalFor(call, isForAll ? "unlock-others" : "lock", isForAll ? null : host);
    if (refusal !== null) {
      return refusal;
    }
    const mayUnlockOthers = mayDo(call.tools.fleet(), call.who, "unlock-others", null).kind === "allowed";
    const by = actorOf(call.who);
    const unlocked = await call.tools.engine.unlock(host, by, mayUnlockOthers);
    if (unlocked.kind === "refused") {
      return unlocked;
    }
    const { lock: taken, remaining } = unlocked;
    const what = isForAll ? "Every host" : host;
    const owner = isOwnLock(taken, by) ? "" : ` It was ${taken.by.name}'s lock.`;
    const said =
      remaining.length === 0
        ? `${what} is unlocked.${owner}`
        : `This lock of ${what} was taken off: ${lockText(taken)}. It is still locked: ${remaining.map(lockText).join("; ")}.`;
    return {
      kind: "answer",
      text: said,
      blocks: [text(said, remaining.length === 0 ? "good" : "warning")],
    };
  },
});

/** Undefined for what is no duration that a lock may last. */
function milliseconds(written: string): number | undefined {
  const value = /^\d+(\.\d+)?\s?[a-z]+$/i.test(written) ? ms(written as ms.StringValue) : undefined;
  return value !== undefined && value >= shortest && value <= longest ? value : undefined;
}
