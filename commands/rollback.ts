import { refusalFor } from "../src/chat/dispatch.ts";
import { mayDo } from "../src/chat/permissions.ts";
import { command } from "../src/chat/spec.ts";
import { actorOf } from "../src/deploy/parts.ts";
import { generationsReply } from "./generations.ts";
import { flagText, hasFlag, hostWord, optional, positive, typed, word } from "./input.ts";
import { startedReply } from "./replies.ts";

export const rollback = command({
  name: "rollback",
  words: [
    hostWord,
    optional(
      word(
        "to",
        "N|previous",
        { kind: "generation" },
        "a generation's number, or `previous`; without it they are listed",
      ),
    ),
  ],
  summary:
    "Switches a host back to an earlier generation, supervised, after a click. Needs no flake. To any other one it is a deployment.",
  examples: ["/rollback yoga", "/rollback yoga previous", "/rollback hetzner-vps 123"],
  flags: [
    { name: "list", value: null, summary: "only list the generations" },
    {
      name: "force",
      value: null,
      summary: "going forward outside the host's windows; takes --reason, and an approver's click",
    },
    { name: "reason", value: { label: "TEXT", of: { kind: "text" } }, summary: "why; it is shown and kept" },
  ],
  input: typed({
    least: 1,
    most: 2,
    what: "/rollback takes a host, and a generation's number or `previous`.",
  }).transform((input, context) => {
    const [host = "", typedTo] = input.words;
    // As buttons type it: the number, and the first letters of the hash that it stood for.
    const [, offered, system = null] = /^(\d+)@([0-9a-z]{8,32})$/.exec(typedTo ?? "") ?? [];
    const wanted = offered ?? typedTo;
    const number = wanted === undefined ? undefined : positive(wanted);
    if (wanted !== undefined && wanted !== "previous" && number === undefined) {
      context.addIssue({
        code: "custom",
        message: `${JSON.stringify(wanted)} is neither the number of a generation nor \`previous\`.`,
      });
    }
    const to: number | "previous" | null =
      wanted === undefined || hasFlag(input, "list") ? null : (number ?? "previous");
    const reason = flagText(input, "reason");
    const isForced = hasFlag(input, "force");
    if (isForced && (reason ?? "").trim() === "") {
      context.addIssue({ code: "custom", message: '--force takes a reason: --reason "…".' });
    }
    return {
      host,
      to,
      ...(isForced ? { isForced } : {}),
      ...(reason === null ? {} : { reason }),
      ...(system === null ? {} : { system }),
    };
  }),
  async handle({ host, to, ...asked }, call) {
    if (to === null) {
      return refusalFor(call, "view", host) ?? generationsReply(call, host, true);
    }
    const refusal = refusalFor(call, "rollback", host);
    if (refusal !== null) {
      return refusal;
    }
    // What does not go back is a deployment, and takes what one takes.
    const mayDeploy = refusalFor(call, "deploy", host) === null;
    const allowAnyRef = mayDo(call.tools.fleet(), call.who, "any-ref", host).kind === "allowed";
    return startedReply(
      await call.tools.engine.rollback({
        ...asked,
        host,
        to,
        mayDeploy,
        allowAnyRef,
        by: actorOf(call.who),
        command: call.text,
        request: call.request,
      }),
    );
  },
});
