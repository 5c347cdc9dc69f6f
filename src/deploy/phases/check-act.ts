import { deadlines } from "../../config/deadlines.ts";
import { deadPaths, readDeadPaths } from "../../nix/garbage.ts";
import { type Generation, listGenerations, readGenerations } from "../../nix/generations.ts";
import { type HostSightAnswer, hostSightArgv, parseHostSight } from "../../nix/host-sight.ts";
import { planPrune } from "../../nix/prune.ts";
import { runningText } from "../../nix/systems.ts";
import { mustRun } from "../../remote/shell.ts";
import { end, next, type Phase, type PhaseContext, type PhaseResult } from "../context.ts";
import { doomed, type HostAct, type HostSight } from "../host-act.ts";
import { checkMachine } from "../machine-check.ts";
import { unreachable } from "./check.ts";
import { checkNixosLock } from "./dry-activate.ts";

/** What somebody has to see before they say yes to a gc, a prune or a reboot. Needs neither flake nor builder. */
export const checkForAct: Phase = {
  name: "check",
  async run(context) {
    const { host } = context;
    try {
      const [answer, generations] = await seeHost(context);
      await checkMachine(context, answer.look.facts);
      await checkNixosLock(context);
      const act = actOf(context);
      const seen = sightOf(act, answer, generations, context.clock.now());
      const dead = context.record().mode === "gc" ? await readDead(context) : null;
      const { facts } = answer.look;
      context.say(`${host.name} runs ${facts.current} (${runningText(facts)})`);
      await context.save({
        before: facts,
        previous: facts.current,
        rebootNeeded: facts.rebootNeeded,
        act: { ...act, seen: { ...seen, dead } },
      });
      return nothingToDo(context);
    } catch (error) {
      throw await unreachable(context, error);
    }
  },
};

export function actOf({ record }: Pick<PhaseContext, "record">): HostAct {
  const { act, id } = record();
  if (act === null) {
    throw new Error(`${id}: its record does not say what was asked for`);
  }
  return act;
}

/** What a host is like, and its generations. */
export async function seeHost({
  target,
  host,
  signal,
}: Pick<PhaseContext, "target" | "host"> & { readonly signal?: AbortSignal }): Promise<
  [HostSightAnswer, readonly Generation[]]
> {
  const timeout = deadlines.hostCommand;
  const sight = await mustRun(target, `looking at ${host.name}`, { argv: hostSightArgv(), timeout, signal });
  const listed = await mustRun(target, `reading the generations of ${host.name}`, {
    argv: listGenerations,
    timeout,
    signal,
  });
  return [parseHostSight(host.name, sight.stdout), readGenerations(listed.stdout)];
}

function sightOf(
  rule: HostAct,
  { look, booted, kernel, free }: HostSightAnswer,
  generations: readonly Generation[],
  now: number,
): HostSight {
  const boots = generations.find(({ isProfile }) => isProfile);
  return {
    system: look.system,
    failedUnits: [...look.failedUnits],
    kernel,
    bootedGeneration: bootedGeneration(generations, booted),
    next: { generation: look.facts.generation, kernel: boots?.kernel ?? "" },
    generations: planPrune(generations, booted, rule, now),
    free,
    dead: null,
  };
}

/** Where several have the same system, the newest: nobody can tell them apart. */
export function bootedGeneration(generations: readonly Generation[], booted: string): number | null {
  const found =
    generations.find(({ toplevel }) => toplevel === booted) ?? generations.find(({ isBooted }) => isBooted);
  return found?.number ?? null;
}

/** Adding it up takes long on a large store: the card does without when it takes too long. */
export async function readDead({ target, host, signal, say }: PhaseContext): Promise<HostSight["dead"]> {
  say("adding up what no generation needs");
  try {
    const exit = await mustRun(target, `adding up the garbage of ${host.name}`, {
      argv: deadPaths,
      timeout: deadlines.deadPaths,
      signal,
    });
    return readDeadPaths(exit.stdout);
  } catch (error) {
    if (signal.aborted) {
      throw error;
    }
    say(error instanceof Error ? error.message : String(error));
    return null;
  }
}

function nothingToDo(context: PhaseContext): PhaseResult {
  const { mode } = context.record();
  const act = actOf(context);
  const { name } = context.host;
  if (mode === "prune" && doomed(act).length === 0) {
    return end({ outcome: "unchanged", message: `${name} has no generation that may go.` });
  }
  if (mode === "gc" && !act.verify && act.seen?.dead?.paths === 0) {
    return end({ outcome: "unchanged", message: `${name} has no garbage: a root holds every path.` });
  }
  return next;
}

/** Written before the host is told: whatever happens then, a bot that comes back knows that it was begun. */
export async function begin(context: PhaseContext): Promise<void> {
  const act = actOf(context);
  if (act.begunAt === null) {
    await context.save({ act: { ...act, begunAt: new Date(context.clock.now()).toISOString() } });
  }
}
