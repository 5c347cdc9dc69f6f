import { refusalFor } from "../src/chat/dispatch.ts";
import { mayDo } from "../src/chat/permissions.ts";
import { command } from "../src/chat/spec.ts";
import { actorOf } from "../src/deploy/parts.ts";
import { flagText, hasFlag, hostWord, refValue, typed } from "./input.ts";
import { startedReply } from "./replies.ts";

export const deploy = command({
  name: "deploy",
  words: [hostWord],
  summary: "Builds a host, shows what would change, and switches it after a click on Switch.",
  examples: [
    "/deploy yoga",
    "/deploy yoga --dry-run",
    '/deploy yoga --ref origin/next --reason "new kernel"',
  ],
  flags: [
    { name: "build-only", value: null, summary: "only build; the host is not touched" },
    {
      name: "dry-run",
      value: null,
      summary:
        "build, copy, and show what a switch would change (nixos-rebuild's flag of that name only evaluates)",
    },
    {
      name: "ref",
      value: refValue,
      summary: "a branch, tag or revision; . is the working tree on the builder",
    },
    { name: "check", value: null, summary: "`nix flake check` has to pass first" },
    { name: "reason", value: { label: "TEXT", of: { kind: "text" } }, summary: "why; it is shown and kept" },
  ],
  input: typed({ least: 1, most: 1, what: "/deploy takes one host." }).transform((input, context) => {
    if (hasFlag(input, "build-only") && hasFlag(input, "dry-run")) {
      context.addIssue({
        code: "custom",
        message: "--build-only and --dry-run are two different things: give one.",
      });
    }
    const mode = hasFlag(input, "build-only")
      ? "build-only"
      : hasFlag(input, "dry-run")
        ? "dry-run"
        : "deploy";
    return {
      host: input.words[0] ?? "",
      mode: mode as "deploy" | "dry-run" | "build-only",
      ref: flagText(input, "ref"),
      reason: flagText(input, "reason"),
      ...(hasFlag(input, "check") ? { flakeCheck: true } : {}),
    };
  }),
  async handle(input, call) {
    const { who, tools, text } = call;
    const refusal = refusalFor(call, input.mode === "build-only" ? "build" : "deploy", input.host);
    if (refusal !== null) {
      return refusal;
    }
    const allowAnyRef = mayDo(tools.fleet(), who, "any-ref", input.host).kind === "allowed";
    return startedReply(
      await tools.engine.deploy({ ...input, by: actorOf(who), allowAnyRef, command: text }),
    );
  },
});
