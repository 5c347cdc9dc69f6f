import {
  actButton,
  type Block,
  type Button,
  buttons,
  cancelButton,
  requestButton,
  type Tone,
  text,
  yesButton,
} from "../chat/blocks.ts";
import { decisionWord, yesLabel } from "../deploy/act-words.ts";
import { missing, requesterOf } from "../deploy/approvals.ts";
import { commandRequest } from "../deploy/command-request.ts";
import { digestOf, standingApprovals } from "../deploy/consent.ts";
import { askingPhases, awaitsDecision, type Deployment, isOpen } from "../deploy/deployment.ts";
import { bootRequest } from "../deploy/follow-up.ts";
import { rollbackButtons } from "./watching.ts";

/** What decides a card: who has to, who has, and the buttons. */

/** The buttons while a click can decide something; afterwards who decided, and when. */
export function decisionBlocks(deployment: Deployment): Block[] {
  const { confirmation, outcome } = deployment;
  if (deployment.isTogether && awaitsDecision(deployment)) {
    return [
      text(`The hosts of ${deployment.run} are decided together.`),
      buttons(cancelButton(deployment.id)),
    ];
  }
  if (awaitsDecision(deployment)) {
    return [
      ...approvalBlocks(deployment),
      text(`Expires at ${clockTime(confirmation?.expiresAt)}.`),
      buttons(...decisionButtons(deployment)),
    ];
  }
  const made = confirmation?.decision ?? null;
  if (made !== null) {
    const others = (confirmation?.approvals ?? []).filter(({ by }) => by.name !== made.by.name);
    const also =
      others.length === 0 ? "" : ` ${others.map(({ person }) => person).join(", ")} said so before.`;
    const said = `${made.by.name} said ${decisionWord(deployment, made.action)} at ${clockTime(made.at)}.${also}`;
    const waitsForOthers = deployment.isTogether && askingPhases.includes(deployment.phase);
    const mayStop =
      isOpen(deployment) && made.action === "switch" && (deployment.mode === "gc" || waitsForOthers);
    return [
      decision(deployment, said, "neutral"),
      ...(mayStop ? [buttons(cancelButton(deployment.id))] : []),
    ];
  }
  if (outcome === "expired") {
    return [
      decision(deployment, `Expired at ${clockTime(confirmation?.expiresAt)}: nobody decided.`, "warning"),
    ];
  }
  return isOpen(deployment) ? [buttons(cancelButton(deployment.id))] : [];
}

/** Who has given their word, and whose is missing. */
export function approvalBlocks(deployment: Deployment): Block[] {
  const { confirmation, requestedBy, mode, isTrusted, isForced, ref } = deployment;
  if (confirmation === null || (confirmation.people <= 1 && !confirmation.needsApprover)) {
    return [];
  }
  const { needsApprover, gate } = confirmation;
  const given = standingApprovals(deployment).map(({ person }) => person);
  const left = missing(requesterOf(deployment), confirmation, given.length);
  const who = `${left} ${left === 1 ? "person" : "people"}${needsApprover ? " with the role approver" : ""}`;
  return [
    ...(gate === "copy" && isTrusted !== true
      ? [text(`${ref} is in no trusted ref: from here on its code would run as root on the host.`, "warning")]
      : []),
    ...(mode === "rollback" && isTrusted === false && needsApprover
      ? [text("The code of this generation was in no trusted ref when it was deployed.", "warning")]
      : []),
    ...(isForced ? [text("Outside the windows of this host.", "warning")] : []),
    text(
      `Needs the word of ${who} beside ${requestedBy.name}.${given.length === 0 ? "" : ` Said so: ${given.join(", ")}.`}`,
      "info",
    ),
    ...(confirmation.lost ?? []).map(({ by, why }) =>
      text(`The word of ${by.name} does not count any more: ${why}.`, "warning"),
    ),
  ];
}

function decision(deployment: Deployment, said: string, how: Tone): Block {
  return {
    kind: "decision",
    text: said,
    tone: how,
    labels: decisionButtons(deployment).map(({ label }) => label),
  };
}

/** What can be done about a deployment that has ended. */
export function lastButtons(deployment: Deployment): Button[] {
  const { id, host, mode, outcome } = deployment;
  if (outcome === "unknown") {
    return [requestButton("Look again", commandRequest("look", [id]), "primary")];
  }
  if (mode === "prune" && outcome === "done") {
    return [requestButton("Free the space", commandRequest("gc", [host]))];
  }
  if (mode === "boot" && outcome === "done") {
    return [requestButton("Reboot", commandRequest("reboot", [host]))];
  }
  const boot = actButton("Install for the next boot", "boot", id, bootRequest(deployment));
  return isOpen(deployment) || boot.length > 0 ? boot : rollbackButtons(deployment);
}

/** `2026-11-23T07:41:08.850Z` → `07:41:08 UTC`. */
export function clockTime(iso = ""): string {
  return `${iso.slice(11, 19)} UTC`;
}

function decisionButtons(deployment: Deployment): Button[] {
  const label = switchLabel(deployment);
  const style = deployment.risk === "high" ? "danger" : "primary";
  return [yesButton(label, deployment.id, digestOf([deployment]), style), cancelButton(deployment.id)];
}

function switchLabel(deployment: Deployment): string {
  return deployment.confirmation?.gate === "copy" ? "Approve" : yesLabel(deployment);
}
