import { type Block, type Button, buttons, commandButton, type Tone, text } from "../chat/blocks.ts";
import { decisionWord, yesLabel } from "../deploy/act-words.ts";
import { missing } from "../deploy/approvals.ts";
import { awaitsDecision, type Deployment, isOpen } from "../deploy/deployment.ts";
import { rollbackButton } from "./watching.ts";

/** What decides a card: who has to, who has, and the buttons. */

/** The buttons while a click can decide something; afterwards who decided, and when. */
export function decisionBlocks(deployment: Deployment): Block[] {
  const { confirmation, outcome } = deployment;
  if (deployment.isTogether && awaitsDecision(deployment)) {
    return [text(`The hosts of ${deployment.run} are decided together.`), buttons(cancelButton(deployment))];
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
    const mayStop = deployment.mode === "gc" && isOpen(deployment) && made.action === "switch";
    return [decision(deployment, said, "neutral"), ...(mayStop ? [buttons(cancelButton(deployment))] : [])];
  }
  if (outcome === "expired") {
    return [
      decision(deployment, `Expired at ${clockTime(confirmation?.expiresAt)}: nobody decided.`, "warning"),
    ];
  }
  return isOpen(deployment) ? [buttons(cancelButton(deployment))] : [];
}

/** Who has given their word, and whose is missing. */
export function approvalBlocks({ confirmation, requestedBy, isTrusted, isForced, ref }: Deployment): Block[] {
  if (confirmation === null || (confirmation.people <= 1 && !confirmation.needsApprover)) {
    return [];
  }
  const { approvals, needsApprover, gate } = confirmation;
  const given = approvals.map(({ person }) => person);
  const left = missing(requestedBy, confirmation, given.length);
  const who = `${left} ${left === 1 ? "person" : "people"}${needsApprover ? " with the role approver" : ""}`;
  return [
    ...(gate === "copy" && isTrusted !== true
      ? [text(`${ref} is in no trusted ref: from here on its code would run as root on the host.`, "warning")]
      : []),
    ...(isForced ? [text("Outside the windows of this host.", "warning")] : []),
    text(
      `Needs the word of ${who} beside ${requestedBy.name}.${given.length === 0 ? "" : ` Said so: ${given.join(", ")}.`}`,
      "info",
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

const notSwitched: ReadonlySet<string> = new Set(["failed", "rolled-back"]);

/** What can be done about a deployment that has ended. */
export function lastButtons(deployment: Deployment): Button[] {
  if (deployment.outcome === "unknown") {
    return [commandButton("Look again", `/look ${deployment.id}`, "primary")];
  }
  if (deployment.mode === "prune" && deployment.outcome === "done") {
    return [commandButton("Free the space", `/gc ${deployment.host}`)];
  }
  if (deployment.mode === "boot" && deployment.outcome === "done") {
    return [commandButton("Reboot", `/reboot ${deployment.host}`)];
  }
  if (deployment.mode === "deploy" && deployment.isInhibited && notSwitched.has(deployment.outcome ?? "")) {
    const ref = deployment.ref === null ? "" : ` --ref ${deployment.ref}`;
    return [commandButton("Install for the next boot", `/deploy ${deployment.host} --boot${ref}`)];
  }
  const wasSwitched = deployment.outcome === "deployed" || deployment.outcome === "deployed-degraded";
  return wasSwitched && deployment.mode === "deploy" ? [rollbackButton(deployment)] : [];
}

export function cancelButton(deployment: Deployment): Button {
  return decideButton(deployment, "Cancel", "cancel", "plain");
}

/** `2026-11-23T07:41:08.850Z` → `07:41:08 UTC`. */
export function clockTime(iso = ""): string {
  return `${iso.slice(11, 19)} UTC`;
}

function decisionButtons(deployment: Deployment): Button[] {
  const label = switchLabel(deployment);
  return [
    decideButton(deployment, label, "switch", deployment.risk === "high" ? "danger" : "primary"),
    cancelButton(deployment),
  ];
}

function switchLabel(deployment: Deployment): string {
  return deployment.confirmation?.gate === "copy" ? "Approve" : yesLabel(deployment);
}

function decideButton(
  { id }: Deployment,
  label: string,
  to: "switch" | "cancel",
  style: Button["style"],
): Button {
  return {
    label,
    style,
    action: { kind: "decide", deployment: id, decision: to },
    command: to === "switch" ? `/confirm ${id}` : `/cancel ${id}`,
  };
}
