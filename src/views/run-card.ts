import {
  type Block,
  type Button,
  buttons,
  commandButton,
  fields,
  heading,
  type Tone,
  table,
  text,
} from "../chat/blocks.ts";
import { awaitsDecision, type Deployment, isOpen, type Run } from "../deploy/deployment.ts";
import { isWaiting } from "../deploy/queue.ts";
import { asking } from "../deploy/rollout.ts";
import { isAlarmed } from "../deploy/watching.ts";
import { approvalBlocks, clockTime } from "./decision.ts";

/** A run with several hosts: one line each, the sum, and the question for all of them. */
export function runCard(run: Run, deployments: readonly Deployment[]): Block[] {
  const left = rowsOf(deployments);
  return [
    heading(title(run, deployments), tone(deployments)),
    fields({
      Run: run.id,
      "Asked by": run.requestedBy.name,
      Canary: run.canary ?? null,
      Passed: count(deployments, passed),
      Skipped: count(deployments, isSkipped) || null,
      Cancelled: count(deployments, isCancelled) || null,
      Failed: count(deployments, failed),
      Total: deployments.length,
    }),
    table(["Host", "State", "Seconds", ""], left),
    ...runDecision(run, deployments),
  ];
}

/** What a click decides for all hosts of a run at once. */
export function runDecision(run: Run, deployments: readonly Deployment[]): Block[] {
  if (run.kind !== "deploy" || deployments.length < 2) {
    return [];
  }
  const waiting = asking(deployments, awaitsDecision);
  const [first] = waiting;
  if (first?.confirmation !== null && first !== undefined) {
    const strictest = waiting.reduce((a, b) =>
      (b.confirmation?.people ?? 1) > (a.confirmation?.people ?? 1) ? b : a,
    );
    const isHigh = waiting.some(({ risk }) => risk === "high");
    const label = first.confirmation.gate === "copy" ? "Approve" : `Switch ${waiting.length} hosts`;
    return [
      ...approvalBlocks(strictest),
      text(`Expires at ${clockTime(first.confirmation.expiresAt)}.`),
      buttons(commandButton(label, `/confirm ${run.id}`, isHigh ? "danger" : "primary"), cancel(run)),
    ];
  }
  if (deployments.some(isOpen)) {
    return [buttons(cancel(run))];
  }
  const again = deployments
    .filter((one) => isSkipped(one) || (failed(one) && !isAlarmed(one)))
    .map(({ host }) => host);
  return again.length === 0 ? [] : [buttons(commandButton("Retry", `/deploy ${again.join(" ")}`))];
}

function cancel(run: Run): Button {
  return commandButton("Cancel", `/cancel ${run.id}`);
}

function title(run: Run, deployments: readonly Deployment[]): string {
  const open = deployments.filter(isOpen).length;
  const name = run.kind === "build-all" ? "Build all" : run.command;
  if (open === 0) {
    const counts: readonly (readonly [number, string])[] = [
      [count(deployments, failed), "failed"],
      [count(deployments, isSkipped), "skipped"],
      [count(deployments, isCancelled), "cancelled"],
    ];
    const worst = counts.find(([number]) => number > 0);
    return `${name}: ${worst === undefined ? "passed" : worst.join(" ")}`;
  }
  return asking(deployments, awaitsDecision).length > 0
    ? `${name}: switch?`
    : `${name}: ${deployments.length - open} of ${deployments.length} done`;
}

function tone(deployments: readonly Deployment[]): Tone {
  if (deployments.some(isOpen)) {
    return asking(deployments, awaitsDecision).length > 0 ? "warning" : "info";
  }
  return deployments.some(failed) ? "bad" : deployments.every(passed) ? "good" : "warning";
}

const wellEnded: ReadonlySet<string> = new Set([
  "built",
  "tested",
  "unchanged",
  "deployed",
  "deployed-degraded",
  "done",
]);

function passed(deployment: Deployment): boolean {
  const { outcome } = deployment;
  return outcome !== null && wellEnded.has(outcome) && !isAlarmed(deployment);
}

function isSkipped({ outcome }: Deployment): boolean {
  return outcome === "skipped";
}

function isCancelled({ outcome }: Deployment): boolean {
  return outcome === "cancelled";
}

function failed(deployment: Deployment): boolean {
  const isOther = passed(deployment) || isSkipped(deployment) || isCancelled(deployment);
  return deployment.outcome !== null && !isOther;
}

function count(deployments: readonly Deployment[], what: (one: Deployment) => boolean): number {
  return deployments.filter(what).length;
}

function rowsOf(deployments: readonly Deployment[]): string[][] {
  return deployments.map((deployment) => [
    deployment.host,
    isWaiting(deployment) ? "waiting" : (deployment.outcome ?? deployment.phase),
    seconds(deployment),
    deployment.outcome === "built" ? "" : (deployment.message ?? changesIn(deployment)),
  ]);
}

/** What a switch of this host would change, in a few words. */
function changesIn({ diff, units, rebootNeeded, warnings, queue }: Deployment): string {
  if (units === null) {
    return queue.state === "waiting" ? `behind ${queue.behind}` : "";
  }
  const touched = units.restart.length + units.start.length + units.stop.length + units.reload.length;
  return [
    `${diff.length} packages`,
    `${touched} units`,
    ...(rebootNeeded ? ["reboot needed"] : []),
    ...(warnings.length > 0 ? [`${warnings.length} warnings`] : []),
  ].join(", ");
}

function seconds(deployment: Deployment): string {
  return deployment.finishedAt === null
    ? ""
    : ((Date.parse(deployment.finishedAt) - Date.parse(deployment.createdAt)) / 1000).toFixed(1);
}
