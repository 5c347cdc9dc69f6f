import pLimit from "p-limit";
import type { LogFile } from "../logs/log-files.ts";
import { next } from "./context.ts";
import { prepare, takeResult, whenAllAreStopped } from "./joint-evaluation.ts";
import type { EngineParts } from "./parts.ts";
import { buildDerivation } from "./phases/build.ts";
import { conclude, enter, type Ran, runPhase } from "./run-phases.ts";
import type { Task } from "./tasks.ts";

/**
 * Builds many hosts: one look at the code, a joint evaluation, then up to `jobs` builds side by side.
 * A host that cannot be built stops nobody else. One promise a task, in their order.
 */
export function buildAll(
  parts: EngineParts,
  run: string,
  tasks: readonly Task[],
  summary: LogFile,
  jobs: number | null,
): Promise<void>[] {
  const signal = whenAllAreStopped(tasks);
  const prepared = prepare(parts, run, tasks, signal);
  const limit = prepared.then(
    ({ facts }) => pLimit(jobs ?? facts.cores),
    () => pLimit(1),
  );
  async function ended(task: Task, result: Exclude<Ran, { kind: "next" }>): Promise<void> {
    if (result.kind === "end") {
      summary.line(`${task.host.name}: ${result.outcome}: ${result.message}`);
    }
    await conclude(parts, task, result);
  }
  const work = tasks.map(async (task) => {
    const evaluated = await runPhase(parts, task, {
      name: "check",
      run: (context) => takeResult(context, prepared, signal),
    });
    if (evaluated.kind !== "next") {
      await ended(task, evaluated);
      return;
    }
    await (await limit)(async () => {
      await enter(parts, task, { name: "build", run: async () => next });
      const { facts } = await prepared;
      const built = await runPhase(parts, task, {
        name: "build",
        run: (context) => buildDerivation(context, facts),
      });
      if (built.kind !== "next") {
        await ended(task, built);
      }
    });
  });
  void Promise.allSettled(work).then(() => summary.close());
  return work;
}
