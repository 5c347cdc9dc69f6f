import {
  type Block,
  buttons,
  code,
  fields,
  heading,
  type StepItem,
  type Tone,
  text,
} from "../chat/blocks.ts";
import type { Progress } from "../chat/desk.ts";
import {
  awaitsDecision,
  type Deployment,
  isOpen,
  type Outcome,
  type PhaseName,
} from "../deploy/deployment.ts";
import { isWaiting } from "../deploy/queue.ts";
import { storePathName } from "../nix/flake.ts";
import { changes } from "./changes.ts";
import { checkBlocks, checkTrouble } from "./checks.ts";
import { clockTime, decisionBlocks, lastButtons } from "./decision.ts";
import { diagnosisBlocks } from "./diagnosis.ts";
import { rescueBlocks } from "./rescue.ts";

const phasesOf: Readonly<Record<Deployment["mode"], readonly PhaseName[]>> = {
  deploy: ["check", "build", "approve", "copy", "dry-activate", "confirm", "switch", "validate"],
  "dry-run": ["check", "build", "approve", "copy", "dry-activate"],
  "build-only": ["check", "build"],
  rollback: ["check", "dry-activate", "confirm", "switch", "validate"],
};

/** A deployment as its thread shows it: from the record alone, plus what is happening right now. */
export function deploymentCard(deployment: Deployment, progress: Progress | null): Block[] {
  return [
    heading(title(deployment), tone(deployment)),
    ...(deployment.message === null ? [] : [text(deployment.message, tone(deployment))]),
    ...(deployment.help === null ? [] : [text(deployment.help, "info")]),
    ...diagnosisBlocks(deployment),
    ...rescueBlocks(deployment),
    fields(facts(deployment)),
    stepsBlock(deployment, progress),
    ...checkBlocks(deployment),
    ...changeBlocks(deployment),
    ...(deployment.lines.length === 0 ? [] : [code("What it said", deployment.lines.join("\n"))]),
    ...decisionBlocks(deployment),
    ...(lastButtons(deployment).length === 0 ? [] : [buttons(...lastButtons(deployment))]),
  ];
}

export function stepsBlock(deployment: Deployment, progress: Progress | null): Block {
  return {
    kind: "steps",
    steps: phasesOf[deployment.mode]
      .filter((phase) => phase !== "approve" || needsApproval(deployment))
      .map((phase) => step(deployment, phase, progress)),
  };
}

/** The step is there only for whom it stops. */
function needsApproval({ isTrusted, allowAnyRef }: Deployment): boolean {
  return isTrusted === false && !allowAnyRef;
}

/** What somebody has to read before a click: the code, what changes, the warnings. */
export function confirmBlocks(deployment: Deployment): Block[] {
  return [
    heading(title(deployment), tone(deployment)),
    fields(facts(deployment)),
    ...checkTrouble(deployment),
    ...changeBlocks(deployment),
  ];
}

function changeBlocks(deployment: Deployment): Block[] {
  return [
    ...changes(deployment),
    ...deployment.warnings.map((warning) => text(`Warning: ${warning}`, "warning")),
    ...(deployment.rebootNeeded
      ? [text("A reboot is needed: kernel, initrd or systemd differ from what was booted.", "warning")]
      : []),
  ];
}

export function title(deployment: Deployment): string {
  const { host, mode, toGeneration, outcome } = deployment;
  const what = {
    deploy: `Deploy ${host}`,
    "dry-run": `Dry run of ${host}`,
    "build-only": `Build of ${host}`,
    rollback: `Roll ${host} back to generation ${toGeneration ?? "?"}`,
  }[mode];
  if (outcome !== null) {
    return `${what}: ${outcomeWords(deployment, outcome)}`;
  }
  if (isWaiting(deployment)) {
    return `${what}: waiting`;
  }
  return `${what}: ${awaitsDecision(deployment) ? question(deployment) : deployment.phase}`;
}

function question({ mode, confirmation }: Deployment): string {
  if (confirmation?.gate === "copy") {
    return "let this code through?";
  }
  return mode === "rollback" ? "go back?" : "switch?";
}

/** A roll back that was asked for and worked is a success, and is called what it is. */
function outcomeWords(deployment: Deployment, outcome: Outcome): string {
  return deployment.mode === "rollback" && outcome === "deployed" ? "done" : outcome.replace("-", " ");
}

export function tone(deployment: Deployment): Tone {
  switch (deployment.outcome) {
    case null:
      return awaitsDecision(deployment) ? "warning" : "info";
    case "built":
    case "tested":
    case "unchanged":
    case "deployed":
      return "good";
    case "deployed-degraded":
    case "rolled-back":
    case "expired":
    case "superseded":
    case "skipped":
    case "cancelled":
      return "warning";
    case "failed":
    case "rollback-failed":
    case "refused":
    case "unknown":
      return "bad";
  }
}

function facts(deployment: Deployment): Record<string, string | number | null> {
  const { commit, revision, ref } = deployment;
  return {
    Id: deployment.id,
    "Asked by": deployment.requestedBy.name,
    Reason: deployment.reason,
    Revision: revision === null ? ref : `${revision.slice(0, 7)} (${ref})`,
    Commit: commit === null ? null : `${commit.subject} (${commit.author})`,
    System: deployment.toplevel === null ? null : storePathName(deployment.toplevel),
    "Running now":
      isOpen(deployment) && deployment.before !== null
        ? `generation ${deployment.before.generation ?? "?"}`
        : null,
    "Waits behind": isWaiting(deployment) ? deployment.queue.behind : null,
    "Approved by": deployment.refApproval?.by.name ?? null,
    Risk: deployment.mode === "deploy" || deployment.mode === "rollback" ? deployment.risk : null,
    Generation: deployment.generation,
    "Looked again": correctionText(deployment),
  };
}

/** Who found out what nobody knew when it ended. */
export function correctionText({ correction, outcome }: Deployment): string | null {
  return correction === null
    ? null
    : `${correction.by.name} at ${clockTime(correction.at)}: ${outcome}, after it was ${correction.was}`;
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
  return isLast && deployment.outcome !== null && wentWrong.includes(deployment.outcome) ? "failed" : "done";
}
