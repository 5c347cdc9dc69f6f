import { refusalFor } from "../src/chat/dispatch.ts";
import { command } from "../src/chat/spec.ts";
import { actorOf } from "../src/deploy/parts.ts";
import { hostWord, typed } from "./input.ts";
import { startedReply } from "./replies.ts";

export const adopt = command({
  name: "adopt",
  words: [hostWord],
  summary:
    "Takes the machine that answers for this host from now on, after a click: it was replaced or renamed.",
  examples: ["/adopt yoga"],
  flags: [],
  input: typed({ least: 1, most: 1, what: "/adopt takes one host." }).transform((input) => ({
    host: input.words[0] ?? "",
  })),
  async handle({ host }, call) {
    const refusal = refusalFor(call, "adopt", host);
    if (refusal !== null) {
      return refusal;
    }
    const asked = { host, mode: "adopt" as const, verify: false, keep: null, olderThan: null };
    return startedReply(
      await call.tools.engine.act({
        ...asked,
        by: actorOf(call.who),
        command: call.text,
        request: call.request,
      }),
    );
  },
});
