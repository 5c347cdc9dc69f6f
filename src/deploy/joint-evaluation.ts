import { isoTime } from "../config/clock.ts";
import { trustedRefs } from "../fleet/host.ts";
import { ownedShell } from "../remote/owner.ts";
import { next, type PhaseContext, PhaseError, type PhaseResult } from "./context.ts";
import { type Evaluated, evaluateHosts, readBuilderFacts } from "./evaluation.ts";
import { type EngineParts, ownerOf } from "./parts.ts";
import { noteWarnings } from "./phases/build.ts";
import { endOwned } from "./processes.ts";
import { enter } from "./run-phases.ts";
import { openSource, type Source } from "./source.ts";
import { sweepBuilder } from "./sweep.ts";
import type { Task } from "./tasks.ts";

/** What the hosts of a run share: one look at the code, at one revision, and a joint evaluation. */

/** Takes over what the joint evaluation found for this host. */
export async function takeResult(
  context: PhaseContext,
  prepared: Promise<Prepared>,
  shared: AbortSignal,
): Promise<PhaseResult> {
  const { facts, evaluated } = await Promise.race([prepared, stoppedAlone(context.signal, prepared, shared)]);
  const found = evaluated.get(context.host.name);
  if (found?.kind !== "ok") {
    const message = found?.message ?? "this host is not in the flake at this revision";
    throw new PhaseError(message, found?.help ?? null, found?.lines, {
      diagnosis: found?.diagnosis ?? null,
    });
  }
  await context.save({
    derivation: found.derivation,
    toplevel: found.toplevel,
    nixVersion: facts.nixVersion,
  });
  await noteWarnings(context, found.warnings);
  return next;
}

/** Whoever is cancelled need not wait for what the others still need; the last one waits until it has ended. */
function stoppedAlone<T>(own: AbortSignal, prepared: Promise<T>, shared: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    own.addEventListener("abort", () => (shared.aborted ? resolve(prepared) : reject(own.reason)), {
      once: true,
    });
  });
}

/** Cancelling one host must not stop the evaluation of the others; cancelling all of them must. */
export function whenAllAreStopped(tasks: readonly Task[]): AbortSignal {
  const controller = new AbortController();
  const signals = tasks.map(({ context }) => context.signal);
  for (const signal of signals) {
    signal.addEventListener(
      "abort",
      () => signals.every(({ aborted }) => aborted) && controller.abort(signal.reason),
      { once: true },
    );
  }
  return controller.signal;
}

export interface Prepared {
  readonly source: Source;
  readonly facts: Awaited<ReturnType<typeof readBuilderFacts>>;
  readonly evaluated: Map<string, Evaluated>;
}

/** The part that all hosts share; what goes wrong here goes wrong for each of them. */
export async function prepare(
  parts: EngineParts,
  run: string,
  tasks: readonly Task[],
  signal: AbortSignal,
): Promise<Prepared> {
  const owner = ownerOf(parts, run);
  try {
    return await evaluateAll(parts, owner, tasks, signal);
  } finally {
    if (signal.aborted) {
      await endOwned(parts.shells.control, owner).catch((error: unknown) =>
        parts.log.warn({ err: error, owner }, "ending an evaluation"),
      );
    }
  }
}

async function evaluateAll(
  parts: EngineParts,
  owner: string,
  tasks: readonly Task[],
  signal: AbortSignal,
): Promise<Prepared> {
  const [first] = tasks;
  if (first === undefined) {
    throw new Error("building all hosts: there are none");
  }
  void sweepBuilder(parts);
  const builder = ownedShell(parts.shells.builder, owner);
  const { repository, fleet } = first.context;
  const records = tasks.map(({ context }) => context.record());
  const { ref } = first.context.record();
  // One that is begun again stays at its revision.
  const pinned = records.find(({ revision }) => revision !== null)?.revision;
  const say = (text: string) => {
    for (const task of tasks) {
      task.context.say(text);
    }
  };
  for (const task of tasks) {
    await enter(parts, task, { name: "check", run: async () => ({ kind: "next" }) });
  }
  const source = await openSource({
    builder,
    repository,
    ref: pinned ?? ref ?? fleet.defaults.ref,
    trustedRefs: trustedRefs(fleet),
    unlockedInputs: fleet.defaults.unlockedInputs,
    signal,
    say,
  });
  for (const task of tasks) {
    await task.context.save({
      revision: source.revision,
      commit: source.commit,
      isTrusted: source.isTrusted,
      source: source.path,
      warnings: [...source.warnings],
    });
  }
  const facts = await readBuilderFacts(builder);
  const hosts = tasks.map((task) => task.host.name).filter((host) => source.hosts.includes(host));
  say(`evaluating ${hosts.length} hosts at ${isoTime(parts.clock)}`);
  const evaluated = await evaluateHosts(
    {
      builder,
      repository,
      revision: source.revision,
      source: source.path,
      hosts,
      unlockedInputs: fleet.defaults.unlockedInputs,
      signal,
      say,
    },
    facts,
  );
  return { source, facts, evaluated };
}
