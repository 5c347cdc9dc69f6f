import { hashOf } from "../../activation/answer-words.ts";
import { rescueTime, supervisedFor, unreachedFor } from "../../activation/plan.ts";
import type { SupervisorState } from "../../activation/state.ts";
import { followSupervisor, type SupervisorLink, startSupervisor } from "../../activation/supervisor.ts";
import { unitsToKeep } from "../../health/snapshot.ts";
import { withoutIgnored } from "../../health/verdict.ts";
import { concludeFromHost } from "../conclude.ts";
import { concludeSeen } from "../conclude-seen.ts";
import { end, next, type Phase, type PhaseContext, type PhaseResult } from "../context.ts";
import { watchOrEnd } from "../watching.ts";

/** The supervised switch: from here on the host's own state says how it went, not a connection. */
export const switchPhase: Phase = {
  name: "switch",
  async run(context) {
    const record = context.record();
    // After a restart of the bot the switch is under way: it is followed, never started twice.
    if (record.supervisedUntil === null) {
      await start(context);
    }
    const followed = await followSupervisor(supervisorLink(context), "start");
    switch (followed.kind) {
      case "acked":
        context.say(
          `the host answers over a new connection (switch-to-configuration exited with ${followed.exitCode})`,
        );
        return next;
      case "final":
        return watchOrEnd(
          context,
          await concludeSeen(
            context,
            followed.state,
            followed.state.kind === "committed" ? [] : context.supervisorSaid.lines,
            false,
          ),
        );
      case "gone":
        return watchOrEnd(context, await concludeFromHost(context, followed.last));
      case "silent":
        return silent(context, followed.why, followed.last);
    }
  },
};

/** Starts it. Whether a start that was not answered well has begun, only the host knows: it is asked by following. */
async function start(context: PhaseContext): Promise<void> {
  const { host, clock, target } = context;
  const record = context.record();
  const { toplevel, runs, before, baseline } = record;
  if (toplevel === null || before === null || baseline === null) {
    throw new Error("switching: check and build have not run");
  }
  await context.save({
    supervisedUntil: new Date(
      clock.now() + supervisedFor(host.deadlines) + rescueTime(host.deadlines),
    ).toISOString(),
  });
  const isBoot = record.mode === "boot";
  context.say(
    isBoot ? `making ${toplevel} the next boot of ${host.name}` : `switching ${host.name} to ${toplevel}`,
  );
  try {
    await startSupervisor(target, {
      id: record.id,
      old: before.current,
      new: isBoot ? toplevel : (runs ?? toplevel),
      target: toplevel,
      before,
      toGeneration: record.toGeneration,
      bootOnly: isBoot,
      deadlines: host.deadlines,
      activeUnits: withoutIgnored(unitsToKeep(baseline), host.ignoreUnits),
      answerHashes: {
        ack: hashOf(context.answers(record.id, "ack")),
        commit: hashOf(context.answers(record.id, "commit")),
        rollback: hashOf(context.answers(record.id, "rollback")),
      },
    });
    // From here on nobody may say that it never began, whatever becomes of its traces.
    await context.save({ lastState: "running" });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    context.say(why);
    context.supervisorSaid.push(why);
  }
}

export function silent(context: PhaseContext, why: string, last: SupervisorState | null): PhaseResult {
  return end({
    outcome: "unknown",
    message: `${context.host.name} did not answer while it switched, so nobody knows yet what it runs: ${why}`,
    help: "It goes back to the old system by itself when nobody reaches it in time. Look at it over its console, or look again here when it answers.",
    lastState: last?.kind ?? context.record().lastState,
  });
}

export function supervisorLink(context: PhaseContext): SupervisorLink {
  const { id, mode, previous, supervisedUntil, times } = context.record();
  const { deadlines } = context.host;
  const began = Date.parse(supervisedUntil ?? "") - supervisedFor(deadlines) - rescueTime(deadlines);
  // What goes to the next boot needs no ack, and what is validated has had one.
  const isUnreached = mode !== "boot" && times.validate === undefined && Number.isFinite(began);
  return {
    id,
    answers: context.answers,
    old: previous ?? "",
    shell: context.target,
    fresh: context.fresh,
    clock: context.clock,
    until: Date.parse(supervisedUntil ?? ""),
    unreachedUntil: isUnreached ? began + unreachedFor(deadlines) : null,
    read: context.supervisorLog,
    onLog(line) {
      context.log.line(line);
      context.supervisorSaid.push(line);
    },
    onLook: () => context.looked(),
    onState: (state) => context.progress(stateText(state), 0, 0),
  };
}

function stateText(state: SupervisorState): string {
  switch (state.kind) {
    case "starting":
      return "the supervisor starts";
    case "activating":
      return "activating the new system";
    case "activated":
      return "activated; seeing whether the host can still be reached";
    case "acked":
      return "reached; checking its health";
    case "committing":
      return "healthy; making it the boot default";
    case "rolling-back":
      return `rolling back: ${state.why}`;
    default:
      return state.kind;
  }
}
