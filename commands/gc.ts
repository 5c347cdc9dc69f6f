import { refusalFor } from "../src/chat/dispatch.ts";
import { command } from "../src/chat/spec.ts";
import { actorOf } from "../src/deploy/parts.ts";
import { hasFlag, hostWord, typed } from "./input.ts";
import { startedReply } from "./replies.ts";

export const gc = command({
  name: "gc",
  words: [hostWord],
  summary: "Deletes what no generation of a host needs, after a click. Deletes no generation.",
  examples: ["/gc yoga", "/gc yoga --verify"],
  flags: [
    {
      name: "verify",
      value: null,
      summary: "then read every file of its store, and name what is damaged; takes long",
    },
  ],
  input: typed({ least: 1, most: 1, what: "/gc takes one host." }).transform((input) => ({
    host: input.words[0] ?? "",
    verify: hasFlag(input, "verify"),
  })),
  async handle({ host, verify }, call) {
    const refusal = refusalFor(call, "deploy", host);
    if (refusal !== null) {
      return refusal;
    }
    const asked = { host, mode: "gc" as const, verify, keep: null, olderThan: null };
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
