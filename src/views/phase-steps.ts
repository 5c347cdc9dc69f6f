import type { Block, StepItem } from "../chat/blocks.ts";
import type { Progress } from "../chat/desk.ts";
import { type Deployment, isOpen, type Outcome, type PhaseName } from "../deploy/deployment.ts";
import { isAlarmed } from "../deploy/watching.ts";

const phasesOf: Readonly<Record<Deployment["mode"], readonly PhaseName[]>> = {
  deploy: ["check", "build", "approve", "copy", "dry-activate", "confirm", "switch", "validate", "monitor"],
  "dry-run": ["check", "build", "approve", "copy", "dry-activate"],
  "build-only": ["check", "build"],
  boot: ["check", "build", "approve", "copy", "dry-activate", "confirm", "switch"],
  rollback: ["check", "dry-activate", "confirm", "switch", "validate"],
  diff: ["check", "build", "compare"],
  gc: ["check", "confirm", "collect"],
  prune: ["check", "confirm", "prune"],
  reboot: ["check", "confirm", "reboot"],
  adopt: ["check", "confirm", "adopt"],
};

/** The phases of a deployment, each with how far it is. */
export function stepsBlock(deployment: Deployment, progress: Progress | null): Block {
  return {
    kind: "steps",
    steps: phasesOf[deployment.mode]
      .filter((phase) => phase !== "approve" || needsApproval(deployment))
      .filter((phase) => phase !== "monitor" || deployment.watch !== null)
      .map((phase) => step(deployment, phase, progress)),
  };
}

/** The step is there only for whom it stops. */
function needsApproval({ isTrusted, allowAnyRef }: Deployment): boolean {
  return isTrusted === false && !allowAnyRef;
}

function step(deployment: Deployment, phase: PhaseName, progress: Progress | null): StepItem {
  const time = deployment.times[phase];
  const isHere = deployment.phase === phase && isOpen(deployment);
  const isRunning = isHere && time !== undefined && time.finishedAt === null;
  const isMeasured = isRunning && progress !== null && progress.expected > 0;
  return {
    name: phase,
    state: stepState(deployment, phase, isRunning),
    detail: isRunning && progress !== null && progress.text !== "" ? detail(progress) : null,
    startedAt: time?.startedAt ?? null,
    finishedAt: time?.finishedAt ?? null,
    progress: isMeasured ? Math.min(1, progress.done / progress.expected) : null,
  };
}

function detail(progress: Progress): string {
  return progress.expected > 0
    ? `${progress.text} (${progress.done} of ${progress.expected})`
    : progress.text;
}

const wentWrong: readonly Outcome[] = [
  "failed",
  "rolled-back",
  "rollback-failed",
  "unknown",
  "superseded",
  "refused",
];

function stepState(deployment: Deployment, phase: PhaseName, isRunning: boolean): StepItem["state"] {
  if (isRunning) {
    return "running";
  }
  if (deployment.times[phase] === undefined) {
    return isOpen(deployment) ? "waiting" : "skipped";
  }
  const isLast = deployment.phase === phase && deployment.outcome !== null;
  const isWrong = deployment.outcome !== null && wentWrong.includes(deployment.outcome);
  return isLast && (isWrong || isAlarmed(deployment)) ? "failed" : "done";
}
