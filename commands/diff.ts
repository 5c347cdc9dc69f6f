import { refusalFor } from "../src/chat/dispatch.ts";
import { mayDo } from "../src/chat/permissions.ts";
import { command } from "../src/chat/spec.ts";
import { actorOf } from "../src/deploy/parts.ts";
import { flagText, hostWord, refValue, typed } from "./input.ts";
import { startedReply } from "./replies.ts";

export const diff = command({
  name: "diff",
  words: [hostWord],
  summary: "What a deploy would change: packages, commits, files. Builds, and copies nothing to the host.",
  examples: ["/diff yoga", "/diff yoga --ref origin/next"],
  flags: [{ name: "ref", value: refValue, summary: "a branch, tag or revision to compare with" }],
  input: typed({ least: 1, most: 1, what: "/diff takes one host." }).transform((input) => ({
    host: input.words[0] ?? "",
    ref: flagText(input, "ref"),
  })),
  async handle({ host, ref }, call) {
    const { who, tools, text, request } = call;
    const refusal = refusalFor(call, "build", host);
    if (refusal !== null) {
      return refusal;
    }
    const allowAnyRef = mayDo(tools.fleet(), who, "any-ref", host).kind === "allowed";
    const asked = { host, mode: "diff" as const, ref, reason: null, allowAnyRef };
    return startedReply(await tools.engine.deploy({ ...asked, by: actorOf(who), command: text, request }));
  },
});
