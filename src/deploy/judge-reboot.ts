import { deadlines } from "../config/deadlines.ts";
import { runChecks } from "../health/checks.ts";
import { judge, type Verdict } from "../health/verdict.ts";
import { listGenerations, readGenerations } from "../nix/generations.ts";
import { parseHostFacts, readHostFactsArgv } from "../nix/host-facts.ts";
import { hostSightArgv, parseHostSight } from "../nix/host-sight.ts";
import { parentOf, systemsOf } from "../nix/systems.ts";
import { mustRun, type Shell } from "../remote/shell.ts";
import { type Ended, end, type PhaseContext } from "./context.ts";
import type { Deployment } from "./deployment.ts";
import type { HealthSnapshot } from "./health-snapshot.ts";
import type { HostFacts } from "./host-facts.ts";
import { bootedGeneration } from "./phases/check-act.ts";
import { settled, snapshot } from "./phases/validate.ts";
import type { End } from "./transitions.ts";

/** Milliseconds between two looks at a system that is still starting. */
const pause = 2_000;

export async function readFacts({ fresh, host, signal }: PhaseContext): Promise<HostFacts> {
  const exit = await mustRun(fresh, `reading what ${host.name} runs`, {
    argv: readHostFactsArgv(),
    timeout: deadlines.hostCommand,
    signal,
  });
  return parseHostFacts(host.name, exit.stdout);
}

/** The host answers from a new boot: which generation it is, and whether all is as well as before. */
export async function judgeReboot(context: PhaseContext, seconds: number, until: number): Promise<Ended> {
  const { host, fresh, clock } = context;
  context.say(`${host.name} answers from a new boot after ${seconds} s`);
  const giveUp = Math.max(until, clock.now() + 2 * deadlines.hostCommand);
  const booted = await patiently(context, giveUp, () => readBooted(fresh, host.name));
  const verdict = await patiently(context, giveUp, () => readVerdict(context, giveUp));
  if (typeof booted === "string" || typeof verdict === "string") {
    const why = typeof booted === "string" ? booted : verdict;
    return end({
      outcome: "failed",
      message: `${host.name} rebooted, and its health could not be read: ${String(why)}`,
      help: `/health ${host.name} looks again.`,
    });
  }
  const { before } = context.record();
  const isOther = before?.profileSystem !== null && booted.system !== before?.profileSystem;
  const problems = [
    ...(isOther
      ? [`it booted generation ${booted.generation ?? "?"}, and was to boot ${before?.generation ?? "?"}`]
      : []),
    ...verdict.problems,
  ];
  for (const line of [...problems.map((one) => `problem: ${one}`), ...verdict.notes]) {
    context.log.line(line);
  }
  const what = `${host.name} rebooted into generation ${booted.generation ?? "?"} with kernel ${booted.kernel}, and answered after ${seconds} s`;
  return problems.length === 0
    ? end({
        outcome: "done",
        message: `${what}. It is as well as before.`,
        help: null,
        lines: verdict.notes,
      })
    : end({
        outcome: "failed",
        message: `${what}. It is not as well as before.`,
        help: `/health ${host.name} shows more; /rollback ${host.name} lists the generations that it can go back to.`,
        lines: [...problems, ...verdict.notes],
      });
}

interface Booted {
  readonly system: string;
  readonly generation: number | null;
  readonly kernel: string;
}

async function readBooted(shell: Shell, host: string): Promise<Booted> {
  const timeout = deadlines.hostCommand;
  const sight = await mustRun(shell, `looking at ${host}`, { argv: hostSightArgv(), timeout });
  const listed = await mustRun(shell, `reading the generations of ${host}`, {
    argv: listGenerations,
    timeout,
  });
  const { booted, kernel, look } = parseHostSight(host, sight.stdout);
  const placed = systemsOf(look.facts).booted;
  return {
    system: placed === null ? booted : parentOf(placed),
    generation: bootedGeneration(readGenerations(listed.stdout), booted),
    kernel,
  };
}

/** What ran before has to run again, so each unit that ran counts as touched. */
async function readVerdict(context: PhaseContext, giveUp: number): Promise<Verdict> {
  const { host, clock, signal, fresh } = context;
  const before = context.record().baseline ?? { system: "unknown", units: {} };
  await started(context, giveUp);
  context.say(`letting it settle for ${Math.round(host.settle / 1000)} s`);
  await clock.sleep(host.settle / 2, signal);
  const middle = await snapshot(context);
  await clock.sleep(host.settle / 2, signal);
  const after = await settled(context, before);
  const checks = await runChecks(fresh, host.checks, clock);
  const touched = new Set(running(before));
  return judge({
    ...{ before, middle, after, touched, checks },
    critical: host.critical,
    ignored: host.ignoreUnits,
  });
}

function running({ units }: HealthSnapshot): string[] {
  return Object.entries(units)
    .filter(([, { active, sub }]) => active === "active" && sub === "running")
    .map(([name]) => name);
}

async function started(context: PhaseContext, giveUp: number): Promise<void> {
  while ((await isStarting(context)) && context.clock.now() < giveUp) {
    await context.clock.sleep(pause, context.signal);
  }
}

async function isStarting(context: PhaseContext): Promise<boolean> {
  const { system } = await snapshot(context);
  return system === "starting" || system === "initializing";
}

/** Asks until there is an answer; a sentence when there is none in time. */
async function patiently<T>(
  { clock, signal, say }: PhaseContext,
  giveUp: number,
  ask: () => Promise<T>,
): Promise<T | string> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      signal.throwIfAborted();
      const why = error instanceof Error ? error.message : String(error);
      say(why);
      if (clock.now() >= giveUp) {
        return why;
      }
    }
    await clock.sleep(pause, signal);
  }
}

/** A later look at a host of which nobody had seen a new boot. */
export async function lookAtReboot(shell: Shell, { host, before }: Deployment): Promise<End> {
  const exit = await mustRun(shell, `reading what ${host} runs`, {
    argv: readHostFactsArgv(),
    timeout: deadlines.hostCommand,
  });
  if (parseHostFacts(host, exit.stdout).bootId === before?.bootId) {
    return { outcome: "unknown", message: `${host} answers, and has not rebooted.` };
  }
  const { generation, kernel } = await readBooted(shell, host);
  return {
    outcome: "done",
    message: `${host} rebooted into generation ${generation ?? "?"} with kernel ${kernel}.`,
    help: `Nobody judged its health after that: /health ${host} does.`,
  };
}
