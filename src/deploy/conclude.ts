import type { FinalState, SupervisorState } from "../activation/state.ts";
import { deadlines } from "../config/deadlines.ts";
import { generationNumber } from "../nix/generations.ts";
import { hintFor } from "../nix/hints.ts";
import { parseHostFacts, readHostFactsArgv } from "../nix/host-facts.ts";
import { ranBefore } from "../nix/systems.ts";
import { mustRun } from "../remote/shell.ts";
import { type Ended, end, type PhaseContext } from "./context.ts";
import { systemToRun } from "./deployment.ts";
import type { HostFacts } from "./host-facts.ts";
import { goesBack } from "./modes.ts";

/** What a conclusion is drawn for. */
export type Concluding = Pick<PhaseContext, "host" | "record">;

/** Says how a supervised switch ended, in the record's words. `details` are problems, or old trouble. */
export function concludeFinal(
  context: Concluding,
  state: FinalState,
  details: readonly string[],
  isDegraded = details.length > 0,
): Ended {
  const { host } = context;
  const record = context.record();
  switch (state.kind) {
    case "committed": {
      const generation = generationNumber(state.profile);
      if (record.mode === "boot") {
        return installed(host.name, generation);
      }
      const what = goesBack(record)
        ? `${host.name} is back on generation ${generation ?? "?"}`
        : `${host.name} runs the new system as generation ${generation ?? "?"}`;
      return !isDegraded
        ? end({ outcome: "deployed", message: `${what}.`, generation, lines: details })
        : end({
            outcome: "deployed-degraded",
            message:
              record.noRollback === true
                ? `${what}; not everything there is well, and it was kept as ${record.requestedBy.name} asked (--no-rollback): ${record.reason}`
                : `${what}; not everything there is well, but this switch did not do it.`,
            generation,
            lines: details,
          });
    }
    case "rolled-back":
      if (record.mode === "boot") {
        return end({
          outcome: "failed",
          message: `the new system could not be made the next boot of ${host.name}: ${state.why}; the boot default is what it was.`,
          help: helpFor(record.id, details),
          lines: details,
          generation: record.before?.generation ?? null,
        });
      }
      return end({
        outcome: "rolled-back",
        message: `${host.name} went back to the system it ran before: ${state.why}`,
        help: `${helpFor(record.id, details)} The boot default is what it was.`,
        lines: details,
        generation: record.before?.generation ?? null,
      });
    case "rollback-failed":
      return end({
        outcome: "rollback-failed",
        message: `${host.name} could not go back fully: ${state.why}`,
        help: "Somebody has to look at this machine now; its boot default is meant to be the old system.",
        lines: details,
      });
    case "superseded":
      return end({
        outcome: "superseded",
        message: `somebody else changed ${host.name} meanwhile, so it was left alone: ${state.why}`,
        help: "Look at what runs there, then ask again.",
      });
    case "refused":
      return end({
        outcome: "failed",
        message: `nothing was changed on ${host.name}: ${state.why}; the running system is untouched.`,
        help: /lock/.test(state.why)
          ? "Wait for the other switch, then ask again."
          : "Ask again when that is put right.",
        lines: details,
      });
  }
}

const isWell = ({ outcome }: Ended) => outcome === "deployed" || outcome === "done";

/** What to do where the lines do not say it. A bot that was restarted meanwhile has none. */
function helpFor(id: string, lines: readonly string[]): string {
  return (
    hintFor(lines) ??
    (lines.length === 0 ? `/logs ${id} shows what went wrong.` : "Correct that, and deploy again.")
  );
}

/** The old system runs on, which is what was asked for. */
function installed(host: string, generation: number | null): Ended {
  return end({
    outcome: "done",
    message: `${host} boots the new system next, as generation ${generation ?? "?"}; until then it runs what it ran.`,
    help: `/reboot ${host} reboots it, and says which generation booted.`,
    generation,
  });
}

/**
 * No supervisor is there: it never began, the host was rebooted, or it died. What the host runs tells what came
 * of it; `last` is the state in which the supervisor was last seen.
 */
export async function concludeFromHost(context: PhaseContext, last: SupervisorState | null): Promise<Ended> {
  const { host, target, clock } = context;
  const record = context.record();
  const lastState = last?.kind ?? record.lastState;
  const until = Date.parse(record.supervisedUntil ?? "") || clock.now();
  for (;;) {
    try {
      const exit = await mustRun(target, `reading what ${host.name} runs`, {
        argv: readHostFactsArgv(),
        timeout: deadlines.hostCommand,
      });
      const ended = concludeFromFacts(context, parseHostFacts(host.name, exit.stdout), lastState);
      return isWell(ended) ? ended : { ...ended, lines: context.supervisorSaid.lines };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (clock.now() >= until) {
        return end({
          outcome: "unknown",
          message: `nobody could see what ${host.name} runs: ${why}`,
          help: "Look at it over its console, or look again here when it answers.",
          lastState,
        });
      }
      await clock.sleep(deadlines.supervisorPoll);
    }
  }
}

export function concludeFromFacts(context: Concluding, now: HostFacts, last: string | null): Ended {
  const { host } = context;
  const { before, toplevel, mode } = context.record();
  const runs = systemToRun(context.record());
  const isRebooted = before !== null && now.bootId !== before.bootId;
  const hasBegun = last !== null && last !== "starting";
  const why = isRebooted
    ? "it was rebooted meanwhile"
    : hasBegun
      ? `its supervisor ended while ${last}`
      : "the switch did not start";
  const { generation } = now;
  const isOld = now.current === before?.current && now.profile === before.profile;
  if (mode === "boot" && now.profileSystem === toplevel && now.current === toplevel) {
    return end({ outcome: "done", message: `${host.name} booted the new system: ${why}.`, generation });
  }
  const isHalfCommitted = !isOld && now.profileSystem === toplevel && now.current === before?.current;
  if (isHalfCommitted && isRebooted) {
    const again =
      mode === "rollback" ? `/rollback ${host.name} ${generation ?? "N"}` : `/deploy ${host.name}`;
    const back = `/rollback ${host.name} ${ranBefore(before) ?? "N"}`;
    return end({
      outcome: mode === "boot" ? "failed" : "rollback-failed",
      message: `${host.name} runs the system it ran before, and its profile names the ${mode === "rollback" ? "one to go back to" : "new one"}: ${why} while that was being made the boot default.`,
      help: `${again} finishes it; ${back} puts the profile back.`,
      generation,
    });
  }
  if (isHalfCommitted && mode === "boot") {
    // The profile is set; whether the boot entry was written, only a boot would tell.
    return end({
      outcome: "unknown",
      message: `the new system is generation ${generation ?? "?"} of ${host.name}, and nobody saw whether its boot entry was written: ${why}.`,
      help: `/deploy ${host.name} --boot does it again without harm.`,
      generation,
      lastState: last,
    });
  }
  if (isOld && isRebooted) {
    const message = `${host.name} runs the system it ran before: ${why}, and nothing had been committed.`;
    return end({ outcome: "rolled-back", message, generation });
  }
  // It had been switched by hand, or to a specialisation: what it boots is another system than what it ran.
  if (isRebooted && now.current === before?.profileSystem && now.profile === before.profile) {
    const message = `${host.name} booted its boot default, and nothing had been committed: ${why}. Before, it ran ${before.current}.`;
    return end({ outcome: "rolled-back", message, generation });
  }
  if (isRebooted && now.current === toplevel && now.profileSystem === toplevel && mode !== "boot") {
    const message = `${host.name} booted the new system as generation ${generation ?? "?"}: ${why}.${runs === toplevel ? "" : " Its specialisation was not booted."}`;
    return end({ outcome: "deployed", message, generation });
  }
  if (isOld && !hasBegun) {
    return end({
      outcome: "failed",
      message: `${why}; the running system is untouched.`,
      help: `Ask again. /logs ${context.record().id} has all that was said.`,
    });
  }
  if (isOld) {
    return end({
      outcome: "unknown",
      message: `${host.name} says that it runs the old system, but ${why}: nobody finished what it had begun.`,
      help: "Look at its units there; a reboot, or a switch of your own, brings it to one system for sure.",
      generation,
      lastState: last,
    });
  }
  if (now.current === runs && now.profileSystem === toplevel) {
    return end({
      outcome: "deployed",
      message: `${host.name} runs the new system as generation ${generation ?? "?"}; ${why}.`,
      generation,
    });
  }
  return end({
    outcome: "unknown",
    message: `${host.name} runs ${now.current} with profile ${now.profile ?? "none"}, which is neither before nor after this switch; ${why}.`,
    help: "Look at what happened there, then ask again.",
    generation,
    lastState: last,
  });
}
