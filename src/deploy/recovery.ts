import { deadlines } from "../config/deadlines.ts";
import { buildAll } from "./build-all.ts";
import type { Deployment } from "./deployment.ts";
import type { EngineParts } from "./parts.ts";
import { phases } from "./phases/index.ts";
import { endOwnProcesses } from "./processes.ts";
import { planResume, type Resume } from "./resume.ts";
import type { Run } from "./run.ts";
import { finish, runPhases } from "./run-phases.ts";
import { sweepAll } from "./sweep.ts";
import { openTask, type Task } from "./tasks.ts";
import { beginAgain } from "./transitions.ts";

export type Launch = (task: Task, work: () => Promise<void>) => void;

/**
 * Takes up the deployments that were open when the bot stopped. Hosts that switch wait for an answer, so they come
 * first, all at once; it resolves when each was looked at, or after a while: one that answers nobody holds up nobody.
 */
export async function recover(parts: EngineParts, launch: Launch): Promise<void> {
  const open = await parts.store.open();
  const plans = open.map((deployment) => ({ deployment, plan: planResume(deployment, parts.clock.now()) }));
  const followed = plans.filter(({ plan }) => plan.kind === "follow");
  const others = plans.filter(({ plan }) => plan.kind !== "follow");
  const looks = followed.map(
    async ({ deployment, plan }) => (await resume(parts, deployment, launch, plan)).looked,
  );
  const waited = new AbortController();
  const isLate = parts.clock.sleep(deadlines.firstLook, waited.signal).catch(() => {});
  await Promise.race([Promise.all(looks), isLate]);
  waited.abort();
  const builds = new Map<string, Deployment[]>();
  for (const { deployment, plan } of others) {
    const run = plan.kind === "again" ? await parts.store.run(deployment.run) : undefined;
    if (run?.kind === "build-all") {
      builds.set(run.id, [...(builds.get(run.id) ?? []), deployment]);
    } else {
      await resume(parts, deployment, launch, plan);
    }
  }
  for (const [id, deployments] of builds) {
    const run = await parts.store.run(id);
    if (run !== undefined) {
      await buildAgain(parts, run, deployments, launch);
    }
  }
  void sweepAll(parts);
}

/** Takes up one. */
export async function resume(
  parts: EngineParts,
  deployment: Deployment,
  launch: Launch,
  plan: Resume = planResume(deployment, parts.clock.now()),
): Promise<Task> {
  const task = await reopen(parts, deployment);
  launch(task, async () => {
    try {
      await carryOut(parts, task, plan);
    } finally {
      task.context.looked();
    }
  });
  return task;
}

async function reopen(parts: EngineParts, deployment: Deployment): Promise<Task> {
  const { id, host, phase } = deployment;
  const log = await parts.logs.reopen(deployment.log);
  log.line("(taken up again)");
  parts.log.info({ deployment: id, host, phase }, "taking up an open deployment");
  return openTask(parts, deployment, log);
}

async function carryOut(parts: EngineParts, task: Task, plan: Resume): Promise<void> {
  if (plan.kind === "follow" || plan.kind === "wait") {
    return runPhases(parts, task, plan.phases);
  }
  for (const line of (await endOwnProcesses(parts, task)) ?? []) {
    task.log.line(line);
  }
  if (plan.kind === "redo") {
    return runPhases(parts, task, plan.phases);
  }
  if (plan.kind === "end") {
    return finish(parts, task, { outcome: "failed", message: plan.why, help: "Ask again." });
  }
  await task.change(beginAgain);
  return runPhases(parts, task, phases[task.context.record().mode]);
}

/** The hosts of a /build-all that were not built yet are built together again, under the same limit. */
async function buildAgain(
  parts: EngineParts,
  run: Run,
  deployments: readonly Deployment[],
  launch: Launch,
): Promise<void> {
  const summary = await parts.logs.create("build-all", null);
  const tasks = await Promise.all(deployments.map((deployment) => reopen(parts, deployment)));
  const builds = Promise.all(
    tasks.map(async (task) => {
      await endOwnProcesses(parts, task);
      await task.change(beginAgain);
    }),
  ).then(() => buildAll(parts, run.id, tasks, summary, run.jobs ?? null));
  for (const [index, task] of tasks.entries()) {
    launch(task, async () => (await builds)[index]);
  }
}
