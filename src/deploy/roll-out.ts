import pLimit from "p-limit";
import { ShellError } from "../remote/shell.ts";
import { end, type Phase, PhaseError } from "./context.ts";
import { prepare, takeResult, whenAllAreStopped } from "./joint-evaluation.ts";
import type { EngineParts } from "./parts.ts";
import { buildUnlessUnchanged } from "./phases/build.ts";
import { phases } from "./phases/index.ts";
import { conclude, runPhases, takePlace } from "./run-phases.ts";
import type { Task } from "./tasks.ts";

/**
 * Rolls one revision out to several hosts. One look at the code and one evaluation for all; then each host goes through its
 * phases, and `confirm` holds them together. One promise a task, in their order.
 */
export function rollOut(
  parts: EngineParts,
  run: string,
  tasks: readonly Task[],
  mode: "deploy" | "dry-run" | "build-only" | "boot",
): Promise<void>[] {
  const signal = whenAllAreStopped(tasks);
  const places = tasks.map((task) => takePlace(parts, task));
  const prepared = Promise.all(places).then((all) =>
    prepare(
      parts,
      run,
      tasks.filter((_, index) => all[index]?.kind === "next"),
      signal,
    ),
  );
  // Each task tells what went wrong for it; nobody may be there to listen yet.
  prepared.catch(() => {});
  const limit = prepared.then(
    ({ facts }) => pLimit(facts.cores),
    () => pLimit(1),
  );
  const [check, , ...rest] = phases[mode];
  return tasks.map(async (task, index) => {
    const place = await places[index];
    if (place !== undefined && place.kind !== "next") {
      await conclude(parts, task, place);
      return;
    }
    const checkTogether: Phase = {
      name: "check",
      async run(context) {
        await takeResult(context, prepared, signal);
        return check === undefined ? { kind: "next" } : skipIfAway(check, context);
      },
    };
    const build: Phase = {
      name: "build",
      run: async (context) =>
        (await limit)(async () => buildUnlessUnchanged(context, (await prepared).facts)),
    };
    await runPhases(parts, task, [checkTogether, build, ...rest]);
  });
}

/** A host that is away stops nobody else: it is left out, listed, and can be retried. */
async function skipIfAway(check: Phase, context: Parameters<Phase["run"]>[0]): ReturnType<Phase["run"]> {
  try {
    return await check.run(context);
  } catch (error) {
    const isAway =
      error instanceof PhaseError &&
      error.cause instanceof ShellError &&
      error.cause.failure === "unreachable";
    if (!isAway) {
      throw error;
    }
    return end({ outcome: "skipped", message: `It does not answer: ${error.message}.`, help: error.help });
  }
}
