import { type Block, buttons, code, fields, heading, type Tone, text } from "../chat/blocks.ts";
import type { Progress } from "../chat/desk.ts";
import { awaitsDecision, type Deployment, isOpen, type Outcome } from "../deploy/deployment.ts";
import { changesHost, isActMode } from "../deploy/modes.ts";
import { isWaiting } from "../deploy/queue.ts";
import { storePathLabel } from "../nix/flake.ts";
import { bootsText, runningText, systemsOf } from "../nix/systems.ts";
import { actBlocks, actFacts, pruneTitle } from "./act-card.ts";
import { changes } from "./changes.ts";
import { checkBlocks, checkTrouble } from "./checks.ts";
import { clockTime, decisionBlocks, lastButtons } from "./decision.ts";
import { diagnosisBlocks } from "./diagnosis.ts";
import { diffBlocks } from "./diff-card.ts";
import { stepsBlock } from "./phase-steps.ts";
import { rescueBlocks } from "./rescue.ts";
import { watchBlocks, watchButtons } from "./watching.ts";

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
    ...watchBlocks(deployment),
    ...checkBlocks(deployment),
    ...changeBlocks(deployment),
    ...(deployment.lines.length === 0 ? [] : [code("What it said", deployment.lines.join("\n"))]),
    ...decisionBlocks(deployment),
    ...watchButtons(deployment),
    ...(lastButtons(deployment).length === 0 ? [] : [buttons(...lastButtons(deployment))]),
  ];
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

export function changeBlocks(deployment: Deployment): Block[] {
  return [
    ...changes(deployment),
    ...actBlocks(deployment),
    ...diffBlocks(deployment),
    ...(deployment.noRollback === true
      ? [text(`No roll back for its health (--no-rollback): ${deployment.reason}`, "warning")]
      : []),
    ...deployment.warnings.map((warning) => text(`Warning: ${warning}`, "warning")),
    ...(deployment.rebootNeeded
      ? [text("A reboot is needed: kernel, initrd or systemd differ from what was booted.", "warning")]
      : []),
  ];
}

export function title(deployment: Deployment): string {
  const { host, mode, toGeneration, isForward, outcome } = deployment;
  const what: string = {
    deploy: `Deploy ${host}`,
    "dry-run": `Dry run of ${host}`,
    "build-only": `Build of ${host}`,
    boot: `Install a system for the next boot of ${host}`,
    rollback:
      isForward === true
        ? `Deploy generation ${toGeneration ?? "?"} of ${host}`
        : `Roll ${host} back to generation ${toGeneration ?? "?"}`,
    diff: `What would change on ${host}`,
    gc: `Collect the garbage of ${host}`,
    prune: pruneTitle(deployment),
    reboot: `Reboot ${host}`,
    adopt: `Take the machine that answers for ${host} from now on`,
  }[mode];
  if (outcome !== null) {
    return `${what}: ${outcomeWords(deployment, outcome)}`;
  }
  if (isWaiting(deployment)) {
    return `${what}: waiting`;
  }
  return `${what}: ${awaitsDecision(deployment) ? question(deployment) : deployment.phase}`;
}

function question({ mode, isForward, confirmation }: Deployment): string {
  if (confirmation?.gate === "copy") {
    return "let this code through?";
  }
  if (isActMode(mode) || mode === "boot") {
    return "go ahead?";
  }
  return mode === "rollback" && isForward !== true ? "go back?" : "switch?";
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
    case "done":
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
    Revision: revision === null ? ref : `${revision.slice(0, 7)}${ref === null ? "" : ` (${ref})`}`,
    Commit: commit === null ? null : `${commit.subject} (${commit.author})`,
    System: deployment.toplevel === null ? null : storePathLabel(deployment.toplevel),
    "Running now": isOpen(deployment) && deployment.before !== null ? runningText(deployment.before) : null,
    "Boots next": bootsFact(deployment),
    ...actFacts(deployment),
    "Waits behind": isWaiting(deployment) ? deployment.queue.behind : null,
    "Approved by": deployment.refApproval?.by.name ?? null,
    Risk: changesHost(deployment.mode) && deployment.mode !== "dry-run" ? deployment.risk : null,
    Generation: deployment.generation,
    "Looked again": correctionText(deployment),
  };
}

/** Said where it is not what runs. What is done to a host itself says it always. */
function bootsFact({ before, act, outcome }: Deployment): string | null {
  if (before === null || act !== null || outcome !== null) {
    return null;
  }
  const systems = systemsOf(before);
  return systems.agree ? null : bootsText(systems);
}

/** Who found out what nobody knew when it ended. */
export function correctionText({ correction, outcome }: Deployment): string | null {
  return correction === null
    ? null
    : `${correction.by.name} at ${clockTime(correction.at)}: ${outcome}, after it was ${correction.was}`;
}
