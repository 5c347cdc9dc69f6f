import { deadlines } from "../../config/deadlines.ts";
import { readSnapshot, snapshotArgv } from "../../health/snapshot.ts";
import { parseHostFacts, readHostFactsArgv } from "../../nix/host-facts.ts";
import { mustRun } from "../../remote/shell.ts";
import { decisionWord } from "../act-words.ts";
import { ruleFor, ruleNow } from "../approvals.ts";
import { checkWords } from "../check-words.ts";
import { end, next, type Phase, type PhaseContext, type PhaseResult } from "../context.ts";
import type { Deployment } from "../deployment.ts";
import { checkDirection } from "../direction.ts";
import type { HostFacts } from "../host-facts.ts";
import { confirmMachine } from "../machine-check.ts";
import { isSameMachine, machineText } from "../machines.ts";
import { barrier, switchTurn, type Turn } from "../rollout.ts";
import type { Run } from "../run.ts";
import { checkTrust } from "../trust.ts";

/** Waits for a click, bound to the toplevel that the card shows and to the system that was seen. */
export const confirm: Phase = {
  name: "confirm",
  waitsForPeople: true,
  async run(context) {
    // Once it has asked, the others were ready, too.
    const stop = context.record().confirmation === null ? await wait(context, barrier) : null;
    if (stop !== null) {
      return stop;
    }
    const record = context.record();
    // A card need not wait for a platform that is asked again at the click.
    const rule =
      record.isTrusted === false
        ? ruleNow(record, context.host, "switch", (await context.rightsNow()).rights)
        : ruleFor(record, context.host, "switch");
    context.say("waiting for a decision");
    const decision = await context.ask("switch", rule);
    if (decision === null) {
      return end({ outcome: "expired", message: "Nobody decided in time; the running system is untouched." });
    }
    context.say(`${decision.by.name} said ${decisionWord(context.record(), decision.action)}`);
    if (decision.action === "cancel") {
      return end({
        outcome: "cancelled",
        message: `Cancelled by ${decision.by.name}; the running system is untouched.`,
      });
    }
    return (
      (await wait(context, switchTurn)) ??
      (await checkTrust(context)) ??
      (await checkUnchanged(context)) ??
      (await checkWords(context, "switch")) ??
      next
    );
  },
};

/** How often a host of a run looks at the others, in milliseconds. */
const lookEvery = 500;

/** Until the other hosts of the run let this one go on; its end where they stop it. */
async function wait(
  context: PhaseContext,
  turnOf: (run: Run, deployments: readonly Deployment[], id: string) => Turn,
): Promise<PhaseResult | null> {
  let said = "";
  for (;;) {
    context.signal.throwIfAborted();
    const { run, deployments } = await context.run();
    const turn = turnOf(run, deployments, context.record().id);
    if (turn.kind === "go") {
      return null;
    }
    if (turn.kind === "skip") {
      return end({
        outcome: "skipped",
        message: `${turn.why} ${context.host.name} is untouched.`,
      });
    }
    if (turn.for !== said) {
      said = turn.for;
      context.say(`waiting for ${said}`);
    }
    await context.clock.sleep(lookEvery, context.signal).catch(() => {});
  }
}

async function checkUnchanged(context: PhaseContext): Promise<PhaseResult | null> {
  const { target, host } = context;
  const { before } = context.record();
  const exit = await mustRun(target, `looking at ${host.name} once more`, {
    argv: readHostFactsArgv(),
    timeout: deadlines.hostCommand,
  });
  const now = parseHostFacts(host.name, exit.stdout);
  const other = await confirmMachine(context, now);
  if (other !== null) {
    return end({
      outcome: "refused",
      message: `Nothing was done: ${other}.`,
      help: `Correct targetHost of ${host.name} in fleet.yaml. Where the machine was really replaced or renamed, an admin can /adopt ${host.name}.`,
    });
  }
  const change = before === null ? "nothing is known of it" : hostChange(before, now);
  if (change === null) {
    const stop = await checkDirection(context);
    if (stop !== null) {
      return stop;
    }
    await takeBaseline(context);
    return null;
  }
  return end({
    outcome: "superseded",
    message: `${host.name} was changed since the card was made (${change}); nothing was done.`,
    help: "Ask again: the new card will show what runs now.",
  });
}

/** The card may have waited for hours: what failed or was stopped meanwhile is not this switch's doing. */
async function takeBaseline({ target, host, save }: PhaseContext): Promise<void> {
  const exit = await mustRun(target, `taking the baseline of ${host.name}`, {
    argv: snapshotArgv(),
    timeout: deadlines.hostCommand,
  });
  await save({ baseline: readSnapshot(exit.stdout) });
}

/** What is different on a host since it was first looked at; null when nothing is. */
export function hostChange(before: HostFacts, now: HostFacts): string | null {
  if (now.current !== before.current) {
    return `${now.current} runs now`;
  }
  if (now.profile !== before.profile) {
    return `its profile is ${now.profile ?? "gone"} now, and was ${before.profile ?? "not there"}`;
  }
  const [was, is] = [before.machine, now.machine];
  if (was !== undefined && (is === undefined || !isSameMachine(was, is))) {
    return `another machine answers: ${is === undefined ? "unknown" : machineText(is)}`;
  }
  // A profile that was made anew gives the same numbers to other systems.
  if (now.profileSystem !== before.profileSystem) {
    return `its profile names ${now.profileSystem ?? "nothing"} now, and named ${before.profileSystem ?? "nothing"}`;
  }
  return now.bootId === before.bootId ? null : "it was rebooted";
}
