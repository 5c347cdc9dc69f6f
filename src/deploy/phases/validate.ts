import type { FinalState } from "../../activation/state.ts";
import { decideSwitch, followSupervisor } from "../../activation/supervisor.ts";
import { deadlines } from "../../config/deadlines.ts";
import { runChecks } from "../../health/checks.ts";
import { journalArgv, journalLines, unitsIn } from "../../health/journal.ts";
import { readSnapshot, snapshotArgv } from "../../health/snapshot.ts";
import { actedLinesArgv, touchedUnits } from "../../health/touched.ts";
import { judge, unitsUnderWay, type Verdict } from "../../health/verdict.ts";
import { parseHostFacts, readHostFactsArgv } from "../../nix/host-facts.ts";
import { mustRun } from "../../remote/shell.ts";
import { concludeFromHost } from "../conclude.ts";
import { concludeSeen } from "../conclude-seen.ts";
import type { Phase, PhaseContext } from "../context.ts";
import { systemToRun } from "../deployment.ts";
import type { HealthSnapshot } from "../health-snapshot.ts";
import { watchOrEnd } from "../watching.ts";
import { silent, supervisorLink } from "./switch.ts";

/** Judges the new system over fresh connections after the settle time, then has it kept or rolled back. */
export const validate: Phase = {
  name: "validate",
  // Where its end is held back already, a restarted bot has only followed the switch once more.
  isNeeded: ({ monitor }) => monitor === null,
  async run(context) {
    const link = supervisorLink(context);
    const verdict = await readVerdict(context);
    for (const problem of verdict.problems) {
      context.log.line(`problem: ${problem}`);
    }
    for (const note of verdict.notes) {
      context.log.line(`note: ${note}`);
    }
    // Side by side: going back must not wait for what only explains it.
    const isKept = verdict.isHealthy || isWaived(context, verdict);
    if (isKept && !verdict.isHealthy) {
      await context.save({ isKeptUnwell: true });
    }
    const [journal] = await Promise.all([journalOf(context, verdict), tell(context, verdict, isKept)]);
    const followed = await followSupervisor(link, "acked");
    switch (followed.kind) {
      case "final":
        return watchOrEnd(
          context,
          await concludeSeen(
            context,
            followed.state,
            linesOf(context, followed.state, verdict, journal),
            verdict.isDegraded || !verdict.isHealthy,
          ),
        );
      case "gone":
        return watchOrEnd(context, await concludeFromHost(context, followed.last));
      case "silent":
        return silent(context, followed.why, followed.last);
      case "acked":
        return silent(context, "the supervisor waits", { kind: "acked", exitCode: followed.exitCode });
    }
  },
};

/** What shows how it ended. Where all was well and the host went back, its supervisor has the reason. */
function linesOf(
  { supervisorSaid }: PhaseContext,
  state: FinalState,
  verdict: Verdict,
  journal: readonly string[],
): readonly string[] {
  if (!verdict.isHealthy) {
    return [...verdict.problems, ...journal];
  }
  return state.kind === "committed" ? verdict.notes : [...verdict.notes, ...supervisorSaid.lines];
}

/** What the units in trouble wrote themselves; nothing where that cannot be read. */
async function journalOf({ fresh, host }: PhaseContext, { problems }: Verdict): Promise<string[]> {
  const units = unitsIn(problems);
  if (units.length === 0) {
    return [];
  }
  return mustRun(fresh, `reading the journal of ${host.name}`, {
    argv: journalArgv(units),
    timeout: deadlines.hostCommand,
  }).then(
    ({ stdout }) => journalLines(stdout),
    () => [],
  );
}

/** A decision that does not reach the host is no decision: the host then rolls back by itself. */
async function tell(context: PhaseContext, verdict: Verdict, isKept: boolean): Promise<void> {
  const link = supervisorLink(context);
  const [first = "the health check failed"] = verdict.problems;
  for (let attempt = 1; attempt <= 5; attempt++) {
    try {
      await (isKept ? decideSwitch(link, "commit") : decideSwitch(link, "rollback", first));
      const kept = verdict.isHealthy ? "healthy" : "not well, and kept as was asked for";
      context.say(isKept ? `${kept}: keeping the new system` : `rolling back: ${first}`);
      return;
    } catch (error) {
      context.say(error instanceof Error ? error.message : String(error));
      await context.clock.sleep(2_000);
    }
  }
}

/** How long units that are still starting are waited for beyond the settle time, in milliseconds. */
const moreSettle = 30_000;

/** --no-rollback waives what was judged of the health. A host that cannot be read, or runs another system, was not judged. */
function isWaived({ record }: PhaseContext, verdict: Verdict): boolean {
  return record().noRollback === true && verdict.wasJudged !== false;
}

async function readVerdict(context: PhaseContext): Promise<Verdict> {
  const { host, clock } = context;
  const { baseline } = context.record();
  const before = baseline ?? { system: "unknown", units: {} };
  const giveUp = clock.now() + host.deadlines.commitWithin - 30_000;
  const touched = await readTouched(context, before);
  context.say(`letting it settle for ${Math.round(host.settle / 1000)} s`);
  await clock.sleep(host.settle / 2);
  const middle = await insistently(context, giveUp, () => snapshot(context));
  await clock.sleep(host.settle / 2);
  const after = await insistently(context, giveUp, () => settled(context, before, touched));
  const isRight = await insistently(context, giveUp, () => runsNewSystem(context));
  if (typeof middle === "string" || typeof after === "string" || typeof isRight === "string") {
    const why = [middle, after, isRight].find((one) => typeof one === "string");
    const problems = [`its health could not be read: ${why}`];
    return { isHealthy: false, problems, notes: [], isDegraded: false, wasJudged: false };
  }
  const checks = await runChecks(context.fresh, host.checks, clock);
  const verdict = judge({
    ...{ before, middle, after, touched, checks },
    critical: host.critical,
    ignored: host.ignoreUnits,
  });
  return isRight
    ? verdict
    : {
        ...verdict,
        isHealthy: false,
        wasJudged: false,
        problems: ["/run/current-system is not the new system", ...verdict.problems],
      };
}

/**
 * Read right after the activation, before timers and restarts blur it, and kept in the record: a bot that comes back later, and
 * the watching, ask the same. Where the host does not tell more, what dry-activate announced has to do.
 */
async function readTouched(context: PhaseContext, before: HealthSnapshot): Promise<Set<string>> {
  const { fresh, record, save } = context;
  const { id, units, touched } = record();
  if (touched !== undefined) {
    return new Set(touched);
  }
  const timeout = deadlines.hostCommand;
  const [first, lines] = await Promise.all([
    snapshot(context).catch(() => ({ system: "unknown", units: {} })),
    fresh.run({ argv: actedLinesArgv(id), timeout }).then(
      ({ stdout }) => stdout.split("\n"),
      () => [],
    ),
  ]);
  const found = touchedUnits(units, lines, before, first);
  await save({ touched: [...found].sort() });
  return found;
}

export async function snapshot({ fresh, host, record }: PhaseContext): Promise<HealthSnapshot> {
  const exit = await mustRun(fresh, `reading the health of ${host.name}`, {
    argv: snapshotArgv(record().baseline?.cursor),
    timeout: deadlines.hostCommand,
  });
  return readSnapshot(exit.stdout);
}

/** A last look, with some patience for units that are still starting. */
export async function settled(
  context: PhaseContext,
  before: HealthSnapshot,
  touched: ReadonlySet<string> = new Set(),
): Promise<HealthSnapshot> {
  const until = context.clock.now() + moreSettle;
  for (;;) {
    const seen = await snapshot(context);
    const underWay = unitsUnderWay(before, seen, touched);
    if (underWay.length === 0 || context.clock.now() >= until) {
      return seen;
    }
    context.say(`waiting for ${underWay.join(", ")}`);
    await context.clock.sleep(2_000);
  }
}

async function runsNewSystem({ fresh, host, record }: PhaseContext): Promise<boolean> {
  const exit = await mustRun(fresh, `reading what ${host.name} runs`, {
    argv: readHostFactsArgv(),
    timeout: deadlines.hostCommand,
  });
  return parseHostFacts(host.name, exit.stdout).current === systemToRun(record());
}

/** Asks until there is an answer; a sentence when there is none in time. */
async function insistently<T>(
  context: PhaseContext,
  giveUp: number,
  ask: () => Promise<T>,
): Promise<T | string> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      context.say(why);
      if (context.clock.now() >= giveUp) {
        return why;
      }
      await context.clock.sleep(2_000);
    }
  }
}
