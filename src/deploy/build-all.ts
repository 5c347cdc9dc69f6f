import pLimit from "p-limit";
import { isoTime } from "../config/clock.ts";
import { trustedRefs } from "../fleet/host.ts";
import type { LogFile } from "../logs/log-files.ts";
import { next, type PhaseContext, PhaseError, type PhaseResult } from "./context.ts";
import { type Evaluated, evaluateHosts, readBuilderFacts } from "./evaluation.ts";
import type { EngineParts } from "./parts.ts";
import { buildDerivation } from "./phases/build.ts";
import { openSource, type Source } from "./source.ts";
import { enter, finish, runPhase, type Task } from "./tasks.ts";

/**
 * Builds many hosts: one look at the code, a joint evaluation, then up to `jobs` builds side by side.
 * A host that cannot be built stops nobody else. One promise a task, in their order.
 */
export function buildAll(
  parts: EngineParts,
  tasks: readonly Task[],
  summary: LogFile,
  jobs: number | null,
): Promise<void>[] {
  const prepared = prepare(parts, tasks);
  const limit = prepared.then(
    ({ facts }) => pLimit(jobs ?? facts.cores),
    () => pLimit(1),
  );
  async function ended(task: Task, result: PhaseResult): Promise<void> {
    const end =
      result.kind === "end" ? result : { outcome: "failed" as const, message: "the build did not end" };
    summary.line(`${task.host.name}: ${end.outcome}: ${end.message}`);
    await finish(parts, task, end);
  }
  const work = tasks.map(async (task) => {
    const evaluated = await runPhase(task, {
      name: "check",
      run: (context) => takeResult(context, prepared),
    });
    if (evaluated.kind === "end") {
      await ended(task, evaluated);
      return;
    }
    await (await limit)(async () => {
      await enter(parts, task, { name: "build", run: async () => next });
      const { facts } = await prepared;
      await ended(
        task,
        await runPhase(task, { name: "build", run: (context) => buildDerivation(context, facts) }),
      );
    });
  });
  void Promise.allSettled(work).then(() => summary.close());
  return work;
}

/** Takes over what the joint evaluation found for this host. */
async function takeResult(context: PhaseContext, prepared: Promise<Prepared>): Promise<PhaseResult> {
  const { facts, evaluated } = await prepared;
  const found = evaluated.get(context.host.name);
  if (found?.kind !== "ok") {
    const message = found?.message ?? "this host is not in the flake at this revision";
    throw new PhaseError(message, found?.help ?? null, found?.lines);
  }
  await context.save({
    derivation: found.derivation,
    toplevel: found.toplevel,
    nixVersion: facts.nixVersion,
  });
  return next;
}

interface Prepared {
  readonly source: Source;
  readonly facts: Awaited<ReturnType<typeof readBuilderFacts>>;
  readonly evaluated: Map<string, Evaluated>;
}

/** The part that all hosts share; what goes wrong here goes wrong for each of them. */
async function prepare(parts: EngineParts, tasks: readonly Task[]): Promise<Prepared> {
  const [first] = tasks;
  if (first === undefined) {
    throw new Error("building all hosts: there are none");
  }
  const { builder, repository, fleet } = first.context;
  const { ref, allowAnyRef } = first.context.record();
  // Cancelling one host must not stop the evaluation of the others.
  const { signal } = new AbortController();
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
    ref: ref ?? fleet.defaults.ref,
    trustedRefs: trustedRefs(fleet),
    allowAnyRef,
    signal,
    say,
  });
  for (const task of tasks) {
    await task.context.save({
      revision: source.revision,
      commit: source.commit,
      warnings: [...source.warnings],
    });
  }
  const facts = await readBuilderFacts(builder);
  const hosts = tasks.map((task) => task.host.name).filter((host) => source.hosts.includes(host));
  say(`evaluating ${hosts.length} hosts at ${isoTime(parts.clock)}`);
  const evaluated = await evaluateHosts(
    { builder, repository, revision: source.revision, hosts, signal, say },
    facts,
  );
  return { source, facts, evaluated };
}
