import type { Phase } from "./context.ts";
import type { Deployment } from "./deployment.ts";
import type { EngineParts } from "./parts.ts";
import { phases } from "./phases/index.ts";
import { finish, openTask, runPhases, type Task } from "./tasks.ts";

/**
 * Takes up the deployments that were open when the bot stopped. What had not asked yet is ended, as nothing
 * was changed; a card waits on; a switch is followed to its end, which the host itself tells.
 */
export async function recover(parts: EngineParts, launch: Launch): Promise<void> {
  for (const deployment of await parts.store.open()) {
    await resume(parts, deployment, launch);
  }
}

export type Launch = (task: Task, work: () => Promise<void>) => void;

/** Takes up one. */
export async function resume(parts: EngineParts, deployment: Deployment, launch: Launch): Promise<void> {
  const log = await parts.logs.reopen(deployment.log);
  log.line("(taken up again)");
  const task = openTask(parts, deployment, log);
  const rest = remainingPhases(deployment);
  const { id, host, phase } = deployment;
  parts.log.info({ deployment: id, host, phase }, "taking up an open deployment");
  launch(task, () =>
    rest === null
      ? finish(parts, task, {
          outcome: "failed",
          message: `the bot was restarted during ${phase}; the running system is untouched`,
          help: "Ask again.",
        })
      : runPhases(parts, task, rest),
  );
}

/** From the phase it was in; null for a phase that cannot be taken up, and has changed nothing. */
export function remainingPhases(deployment: Deployment): readonly Phase[] | null {
  const all = phases[deployment.mode];
  const at = all.findIndex((phase) => phase.name === deployment.phase);
  const isResumable = ["confirm", "switch", "validate"].includes(deployment.phase);
  // The time is stored before the supervisor is started: without it nothing began.
  const hasBegun = deployment.phase === "confirm" || deployment.supervisedUntil !== null;
  if (at < 0 || !isResumable || !hasBegun) {
    return null;
  }
  // Whether a switch that was being validated still waits for its verdict, the host tells: so it is followed anew.
  return deployment.phase === "validate" ? all.slice(at - 1) : all.slice(at);
}
