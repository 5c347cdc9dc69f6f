import { refusalFor } from "../src/chat/dispatch.ts";
import { mayDo } from "../src/chat/permissions.ts";
import { command } from "../src/chat/spec.ts";
import { actorOf } from "../src/deploy/parts.ts";
import { flagText, positive, refValue, typed } from "./input.ts";
import { startedReply } from "./replies.ts";

export const buildAll = command({
  name: "build-all",
  words: [],
  summary: "Builds every host of the flake side by side, and sums up what passed and failed.",
  examples: ["/build-all", "/build-all --jobs 2"],
  flags: [
    {
      name: "jobs",
      value: { label: "N", of: { kind: "integer", least: 1 } },
      summary: "at most so many builds at once; default: the builder's cores",
    },
    { name: "ref", value: refValue, summary: "a branch, tag or revision" },
  ],
  input: typed({ least: 0, most: 0, what: "/build-all takes no host: it builds them all." }).transform(
    (input, context) => {
      const jobs = flagText(input, "jobs");
      if (jobs !== null && positive(jobs) === undefined) {
        context.addIssue({
          code: "custom",
          message: `--jobs takes a whole number from 1 on, not ${JSON.stringify(jobs)}.`,
        });
      }
      return { jobs: jobs === null ? null : (positive(jobs) ?? null), ref: flagText(input, "ref") };
    },
  ),
  async handle(input, call) {
    const { who, tools, text, request } = call;
    const refusal = refusalFor(call, "build", null);
    if (refusal !== null) {
      return refusal;
    }
    const allowAnyRef = mayDo(tools.fleet(), who, "any-ref", null).kind === "allowed";
    return startedReply(
      await tools.engine.buildAll({ ...input, by: actorOf(who), allowAnyRef, command: text, request }),
    );
  },
});
