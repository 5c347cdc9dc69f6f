import { decideSwitch, followSupervisor } from "../../activation/supervisor.ts";
import { deadlines } from "../../config/deadlines.ts";
import { runChecks } from "../../health/checks.ts";
import { readSnapshot, snapshotArgv } from "../../health/snapshot.ts";
import { judge, type Verdict } from "../../health/verdict.ts";
import { mustRun } from "../../remote/shell.ts";
import { concludeFinal, concludeFromHost } from "../conclude.ts";
import type { Phase, PhaseContext } from "../context.ts";
import { silent, supervisorLink } from "./switch.ts";

/** Judges the new system over fresh connections after the settle time, then has it kept or rolled back. */
export const validate: Phase = {
  name: "validate",
  async run(context) {
    const link = supervisorLink(context);
    const verdict = await readVerdict(context);
    for (const problem of verdict.problems) {
      context.log.line(`problem: ${problem}`);
    }
    for (const trouble of verdict.oldTrouble) {
      context.log.line(`as before: ${trouble}`);
    }
    await tell(context, verdict);
    const followed = await followSupervisor(link, "acked");
    switch (followed.kind) {
      case "final":
        return concludeFinal(
          context,
          followed.state,
          verdict.isHealthy ? verdict.oldTrouble : verdict.problems,
        );
      case "gone":
        return concludeFromHost(context, followed.last);
      case "acked":
      case "silent":
        return silent(context, followed.kind === "silent" ? followed.why : "the supervisor waits");
    }
  },
};

/** A decision that does not reach the host is no decision: the host then rolls back by itself. */
async function tell(context: PhaseContext, verdict: Verdict): Promise<void> {
  const link = supervisorLink(context);
  const [first = "the health check failed"] = verdict.problems;
  for (let attempt = 1; attempt <= 5; attempt++) {
    try {
      await (verdict.isHealthy ? decideSwitch(link, "commit") : decideSwitch(link, "rollback", first));
      context.say(verdict.isHealthy ? "healthy: keeping the new system" : `rolling back: ${first}`);
      return;
    } catch (error) {
      context.say(error instanceof Error ? error.message : String(error));
      await context.clock.sleep(2_000);
    }
  }
}

async function readVerdict(context: PhaseContext): Promise<Verdict> {
  const { host, clock, fresh } = context;
  const { baseline } = context.record();
  const giveUp = clock.now() + host.deadlines.commitWithin - 30_000;
  context.say(`letting it settle for ${Math.round(host.settle / 1000)} s`);
  await clock.sleep(host.settle);
  for (;;) {
    try {
      const [snapshot, checks] = await Promise.all([
        mustRun(fresh, `reading the health of ${host.name}`, {
          argv: snapshotArgv,
          timeout: deadlines.hostCommand,
        }),
        runChecks(context.target, host.checks, clock),
      ]);
      return judge(
        baseline ?? { system: "unknown", units: {} },
        readSnapshot(snapshot.stdout),
        host.critical,
        checks,
      );
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      context.say(why);
      if (clock.now() >= giveUp) {
        return { isHealthy: false, problems: [`its health could not be read: ${why}`], oldTrouble: [] };
      }
      await clock.sleep(2_000);
    }
  }
}
