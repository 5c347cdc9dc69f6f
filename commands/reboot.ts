import { refusalFor } from "../src/chat/dispatch.ts";
import { command } from "../src/chat/spec.ts";
import { actorOf } from "../src/deploy/parts.ts";
import { hostWord, typed } from "./input.ts";
import { startedReply } from "./replies.ts";

export const reboot = command({
  name: "reboot",
  words: [hostWord],
  summary: "Reboots a host after a click, waits until it answers again, and compares it with how it was.",
  examples: ["/reboot yoga"],
  flags: [],
  input: typed({ least: 1, most: 1, what: "/reboot takes one host." }).transform((input) => ({
    host: input.words[0] ?? "",
  })),
  async handle({ host }, call) {
    const refusal = refusalFor(call, "deploy", host);
    if (refusal !== null) {
      return refusal;
    }
    const asked = { host, mode: "reboot" as const, verify: false, keep: null, olderThan: null };
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
