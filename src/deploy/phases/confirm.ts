import { deadlines } from "../../config/deadlines.ts";
import { readSnapshot, snapshotArgv } from "../../health/snapshot.ts";
import { parseHostFacts, readHostFactsArgv } from "../../nix/host-facts.ts";
import { mustRun } from "../../remote/shell.ts";
import { decisionWord } from "../act-words.ts";
import { end, next, type Phase, type PhaseContext, type PhaseResult } from "../context.ts";
import type { HostFacts } from "../deployment.ts";

/** How long after its expiry a click made before it is still carried out, in milliseconds. */
const lateness = 60_000;

/** Waits for a click, bound to the toplevel that the card shows and to the system that was seen. */
export const confirm: Phase = {
  name: "confirm",
  async run(context) {
    const { host, clock } = context;
    if (context.record().confirmation === null) {
      const expiresAt = new Date(clock.now() + host.approveWithin).toISOString();
      await context.save({ confirmation: { expiresAt, decision: null } });
    }
    context.say("waiting for a decision");
    await context.decided();
    const { confirmation } = context.record();
    const decision = confirmation?.decision;
    // The bot may have been away between a click and now.
    const isLate = clock.now() > Date.parse(confirmation?.expiresAt ?? "") + lateness;
    if (decision === null || decision === undefined || isLate) {
      return end({ outcome: "expired", message: "Nobody decided in time; the running system is untouched." });
    }
    context.say(`${decision.by.name} said ${decisionWord(context.record(), decision.action)}`);
    if (decision.action === "cancel") {
      return end({
        outcome: "cancelled",
        message: `Cancelled by ${decision.by.name}; the running system is untouched.`,
      });
    }
    return checkUnchanged(context);
  },
};

async function checkUnchanged(context: PhaseContext): Promise<PhaseResult> {
  const { target, host } = context;
  const { before } = context.record();
  const exit = await mustRun(target, `looking at ${host.name} once more`, {
    argv: readHostFactsArgv(),
    timeout: deadlines.hostCommand,
  });
  const change =
    before === null ? "nothing is known of it" : hostChange(before, parseHostFacts(host.name, exit.stdout));
  if (change === null) {
    await takeBaseline(context);
    return next;
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
    argv: snapshotArgv,
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
  return now.bootId === before.bootId ? null : "it was rebooted";
}
