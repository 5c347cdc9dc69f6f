import { deadlines } from "../../config/deadlines.ts";
import { runChecks } from "../../health/checks.ts";
import { readSnapshot, snapshotArgv } from "../../health/snapshot.ts";
import { judge } from "../../health/verdict.ts";
import { parseHostFacts, readHostFactsArgv } from "../../nix/host-facts.ts";
import { ranBefore } from "../../nix/systems.ts";
import { mustRun } from "../../remote/shell.ts";
import { end, type Phase, type PhaseContext, type PhaseResult } from "../context.ts";
import { systemToRun } from "../deployment.ts";
import type { HealthSnapshot } from "../health-snapshot.ts";
import { strangerNow } from "../machine-check.ts";
import type { Monitor } from "../monitor-record.ts";
import { alarmEnd, heldEnd, isAlarm, isThrough, lookEvery, mostLooks, nextLook } from "../watching.ts";

/** Keeps looking at a host after its switch, and holds the end back until the time is over. */
export const monitor: Phase = {
  name: "monitor",
  isNeeded: (deployment) => deployment.monitor !== null,
  async run(context) {
    const { clock, signal, record, host, save } = context;
    let units: HealthSnapshot | null = null;
    for (;;) {
      const state = stateOf(context);
      if (state.alarm !== null) {
        return raise(context, state);
      }
      if (isThrough(state, clock.now())) {
        return end(heldEnd(state, "It was watched since, and stayed well."));
      }
      await clock.sleep(nextLook(state, lookEvery(record().watch ?? 0), clock.now()), signal);
      const look = await lookAt(context, units);
      signal.throwIfAborted();
      // A look at a host that is being rolled back says nothing about the system that was watched.
      const back = await context.rollbackBeside();
      if (back !== null) {
        return end(heldEnd(state, `Watching ended with ${back.id}, by which it is rolled back.`));
      }
      if (look.kind === "changed") {
        return end(heldEnd(state, `Somebody changed ${host.name} while it was watched: ${look.why}.`));
      }
      if (look.kind === "stranger") {
        const alarm = { alarm: look.message, problems: [look.message], rollsBack: false, isStranger: true };
        await save({ monitor: { ...state, ...alarm } });
        continue;
      }
      units = look.kind === "away" ? units : look.units;
      await note(context, state, look);
    }
  },
};

type Look =
  | { readonly kind: "ok"; readonly units: HealthSnapshot }
  | { readonly kind: "bad"; readonly units: HealthSnapshot; readonly problems: readonly string[] }
  | { readonly kind: "away"; readonly why: string }
  | { readonly kind: "changed"; readonly why: string }
  /** Another machine: what it runs says nothing of the one that was switched. */
  | { readonly kind: "stranger"; readonly message: string };

async function lookAt(context: PhaseContext, middle: HealthSnapshot | null): Promise<Look> {
  const { host, target, signal, clock, record } = context;
  const { baseline, units, touched } = record();
  const before = baseline ?? { system: "unknown", units: {} };
  const ask = async (action: string, argv: readonly string[]) =>
    (await mustRun(target, action, { argv, timeout: deadlines.hostCommand, signal })).stdout;
  try {
    const facts = parseHostFacts(host.name, await ask(`reading what ${host.name} runs`, readHostFactsArgv()));
    const stranger = await strangerNow(context, facts);
    if (stranger !== null) {
      return { kind: "stranger", message: stranger };
    }
    if (facts.current !== systemToRun(record())) {
      return { kind: "changed", why: `it runs ${facts.current} now` };
    }
    // The checks come before the units: where they fail as the host is away, the next question says so.
    const checks = await runChecks(target, host.checks, clock);
    const after = readSnapshot(await ask(`reading the health of ${host.name}`, snapshotArgv(before.cursor)));
    const planned = units === null ? [] : [...units.restart, ...units.start, ...units.stop, ...units.reload];
    const changed = new Set([...planned, ...(touched ?? [])]);
    const { critical, ignoreUnits: ignored } = host;
    const seen = { before, middle: middle ?? after, after, touched: changed, critical, checks, ignored };
    const { isHealthy, problems } = judge(seen);
    return isHealthy ? { kind: "ok", units: after } : { kind: "bad", units: after, problems };
  } catch (error) {
    return { kind: "away", why: error instanceof Error ? error.message : String(error) };
  }
}

/** Writes down what was seen. An alarm says at once whether it takes the host back, so that a restarted bot knows. */
async function note(
  context: PhaseContext,
  state: Monitor,
  look: Exclude<Look, { kind: "changed" | "stranger" }>,
): Promise<void> {
  const { host, save, log, record } = context;
  const strip = [...state.strip, look.kind].slice(-mostLooks);
  const problems = look.kind === "ok" ? [] : look.kind === "bad" ? look.problems : [look.why];
  for (const problem of problems) {
    log.line(`${look.kind}: ${problem}`);
  }
  if (!isAlarm(strip)) {
    await save({ monitor: { ...state, strip } });
    return;
  }
  const [first = "its health is not what it was"] = problems;
  const alarm = look.kind === "away" ? `it does not answer any more: ${first}` : first;
  await save({
    monitor: {
      ...state,
      strip,
      alarm,
      problems: [...problems],
      rollsBack: host.rollBackOnAlarm && record().noRollback !== true,
    },
  });
}

async function raise(context: PhaseContext, state: Monitor): Promise<PhaseResult> {
  const { host, record } = context;
  if (state.isStranger === true) {
    const help = `Nothing was rolled back there. Correct targetHost of ${host.name} in fleet.yaml; where the machine was really replaced, an admin can /adopt ${host.name}.`;
    return end(alarmEnd(host.name, state, help));
  }
  const byHand = `/rollback ${host.name} ${ranBefore(record().before) ?? "previous"} goes back to the system before.`;
  const help = state.rollsBack ? await context.rollBack(state.alarm ?? "") : byHand;
  return end(alarmEnd(host.name, state, help));
}

function stateOf({ record }: PhaseContext): Monitor {
  const { id, monitor: state } = record();
  if (state === null) {
    throw new Error(`watching: ${id} does not say how its switch ended`);
  }
  return state;
}
