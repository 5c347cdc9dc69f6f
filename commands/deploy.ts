import ms from "ms";
import { refusalFor } from "../src/chat/dispatch.ts";
import { mayDo } from "../src/chat/permissions.ts";
import { command } from "../src/chat/spec.ts";
import type { CommandTools } from "../src/chat/tools.ts";
import { actorOf } from "../src/deploy/parts.ts";
import { selectHosts } from "../src/fleet/select.ts";
import { flagText, hasFlag, hostsWord, positive, refValue, typed } from "./input.ts";
import { startedReply } from "./replies.ts";

/** What may be asked for in place of a switch. */
const ways = ["build-only", "dry-run", "boot"] as const;

export const deploy = command({
  name: "deploy",
  words: [hostsWord],
  summary: "Builds hosts, shows what would change, and switches them after a click on Switch.",
  examples: [
    "/deploy yoga",
    "/deploy yoga --dry-run",
    '/deploy yoga --ref origin/next --reason "new kernel"',
    "/deploy all --canary yoga --wave 2",
    "/deploy @server --keep-going",
    "/deploy hetzner-vps --watch 10m",
    "/deploy yoga --boot",
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
      name: "boot",
      value: null,
      summary: "install it for the next boot, and leave what runs alone; then /reboot",
    },
    {
      name: "ref",
      value: refValue,
      summary: "a branch, tag or revision; . is the working tree on the builder",
    },
    {
      name: "force",
      value: null,
      summary: "outside the host's windows; takes --reason, and an approver's click",
    },
    {
      name: "no-rollback",
      value: null,
      summary: "keep the new system whatever its health; an admin's, takes --reason; ack and deadlines hold",
    },
    {
      name: "watch",
      value: { label: "DURATION", of: { kind: "text" } },
      summary: "how long the host is watched after the switch, such as 10m; up to 24h",
    },
    { name: "check", value: null, summary: "`nix flake check` has to pass first" },
    {
      name: "keep-going",
      value: null,
      summary: "several hosts: go on without those that cannot be built or made ready",
    },
    {
      name: "canary",
      value: { label: "HOST", of: { kind: "host" } },
      summary: "several hosts: this one switches first, by itself",
    },
    {
      name: "wave",
      value: { label: "N", of: { kind: "integer", least: 1, most: 50 } },
      summary: "several hosts: so many switch at a time; default 1",
    },
    { name: "reason", value: { label: "TEXT", of: { kind: "text" } }, summary: "why; it is shown and kept" },
  ],
  input: typed({ least: 1, most: 50, what: "/deploy takes a host, several, @tag or all." }).transform(
    (input, context) => {
      const [asked, ...more] = ways.filter((way) => hasFlag(input, way));
      if (asked !== undefined && more.length > 0) {
        const both = [asked, ...more].map((way) => `--${way}`).join(" and ");
        context.addIssue({ code: "custom", message: `${both} are different things: give one.` });
      }
      const reason = flagText(input, "reason");
      if (hasFlag(input, "force") && (reason ?? "").trim() === "") {
        context.addIssue({ code: "custom", message: '--force takes a reason: --reason "…".' });
      }
      const noRollback = hasFlag(input, "no-rollback");
      if (noRollback && (reason ?? "").trim() === "") {
        context.addIssue({ code: "custom", message: '--no-rollback takes a reason: --reason "…".' });
      }
      if (noRollback && asked !== undefined) {
        const message = `--no-rollback is for a switch, and --${asked} makes none.`;
        context.addIssue({ code: "custom", message });
      }
      const mode: "deploy" | (typeof ways)[number] = asked ?? "deploy";
      const wave = flagText(input, "wave");
      if (wave !== null && (positive(wave) === undefined || Number(wave) > 50)) {
        context.addIssue({ code: "custom", message: "--wave takes a whole number from 1 to 50." });
      }
      const watch = readWatch(flagText(input, "watch"));
      if (typeof watch === "string") {
        context.addIssue({ code: "custom", message: watch });
      }
      if (watch !== null && mode !== "deploy") {
        context.addIssue({ code: "custom", message: `--watch is for a switch, and --${mode} makes none.` });
      }
      return {
        // A form has one field for all of them.
        hosts: input.words.flatMap((word) => word.split(/[\s,]+/).filter((part) => part !== "")),
        keepGoing: hasFlag(input, "keep-going"),
        canary: flagText(input, "canary"),
        wave: wave === null ? 1 : (positive(wave) ?? 1),
        mode,
        ref: flagText(input, "ref"),
        isForced: hasFlag(input, "force"),
        ...(noRollback ? { noRollback } : {}),
        reason,
        ...(hasFlag(input, "check") ? { flakeCheck: true } : {}),
        ...(typeof watch === "number" ? { watch } : {}),
      };
    },
  ),
  async handle({ hosts: words, keepGoing, canary, wave, ...asked }, call) {
    const { who, tools, text } = call;
    const [only, ...others] = words;
    const isOne = only !== undefined && others.length === 0 && only !== "all" && !only.startsWith("@");
    // A single name goes on as it is: the engine may know it after a look at the flake.
    // Another ref is read on the builder for this question, and not for everybody who may type it.
    const blind = isOne || asked.ref === null ? null : refusalFor(call, "view", null);
    if (blind !== null) {
      return blind;
    }
    const known = isOne
      ? ({ kind: "hosts", hosts: words } as const)
      : asked.ref === null
        ? await knownHosts(tools)
        : await tools.engine.hostsOf(asked.ref);
    if (known.kind === "refused") {
      return known;
    }
    const selected = isOne ? known : selectHosts(words, known.hosts, tools.fleet());
    if (selected.kind === "mistake") {
      return { kind: "refused", code: "unknown-host", message: selected.message, help: selected.help };
    }
    const { hosts } = selected;
    if (asked.mode === "boot" && hosts.length > 1) {
      const message = `--boot is for one host at a time, and these are ${hosts.length}.`;
      return { kind: "refused", code: "bad-command", message, help: `They are ${hosts.join(", ")}.` };
    }
    if (canary !== null && !hosts.includes(canary)) {
      const message = `The canary ${JSON.stringify(canary)} is none of the hosts to deploy.`;
      return { kind: "refused", code: "bad-command", message, help: `They are ${hosts.join(", ")}.` };
    }
    for (const host of hosts) {
      const refusal =
        refusalFor(call, asked.mode === "build-only" ? "build" : "deploy", host) ??
        (asked.noRollback === true ? refusalFor(call, "no-rollback", host) : null);
      if (refusal !== null) {
        return refusal;
      }
    }
    const allowAnyRef = hosts.every((host) => mayDo(tools.fleet(), who, "any-ref", host).kind === "allowed");
    const request = { ...asked, by: actorOf(who), allowAnyRef, command: text, request: call.request };
    const [first = "", ...rest] = hosts;
    return startedReply(
      rest.length === 0
        ? await tools.engine.deploy({ ...request, host: first })
        : await tools.engine.rollOut({ ...request, hosts, keepGoing, canary, wave }),
    );
  },
});

/** The fleet's hosts; where there are none, the reason. */
async function knownHosts({ engine }: CommandTools) {
  const { hosts, trouble } = await engine.inventory();
  return hosts.length === 0 && trouble !== null ? trouble : ({ kind: "hosts", hosts } as const);
}

const shortestWatch = ms("1s");
const longestWatch = ms("24h");

/** Milliseconds; a sentence for what is no duration that a host can be watched for. */
function readWatch(written: string | null): number | string | null {
  if (written === null) {
    return null;
  }
  const value = /^\d+(\.\d+)?\s?[a-z]+$/i.test(written) ? ms(written as ms.StringValue) : undefined;
  return value !== undefined && value >= shortestWatch && value <= longestWatch
    ? Math.round(value)
    : `--watch takes a duration from 1s to 24h, such as 10m, not ${JSON.stringify(written)}.`;
}
