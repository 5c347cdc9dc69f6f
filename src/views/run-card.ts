import {
  actButton,
  type Block,
  buttons,
  cancelButton,
  fields,
  heading,
  type Tone,
  table,
  text,
  yesButton,
} from "../chat/blocks.ts";
import { digestOf } from "../deploy/consent.ts";
import { type Deployment, isOpen } from "../deploy/deployment.ts";
import { isPassed, retriedHosts, retryRequest } from "../deploy/follow-up.ts";
import { isWaiting } from "../deploy/queue.ts";
import { asking } from "../deploy/rollout.ts";
import type { Run } from "../deploy/run.ts";
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
      Passed: count(deployments, isPassed),
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
  const waiting = asking(deployments);
  const [first] = waiting;
  if (first?.confirmation !== null && first !== undefined) {
    const strictest = waiting.reduce((a, b) =>
      (b.confirmation?.people ?? 1) > (a.confirmation?.people ?? 1) ? b : a,
    );
    const style = waiting.some(({ risk }) => risk === "high") ? "danger" : "primary";
    const verb = first.confirmation.gate === "copy" ? "Approve" : "Switch";
    const label = `${verb} ${hostCount(waiting.length)}`;
    return [
      ...approvalBlocks(strictest),
      text(`Expires at ${clockTime(first.confirmation.expiresAt)}.`),
      buttons(yesButton(label, run.id, digestOf(waiting), style), cancelButton(run.id)),
    ];
  }
  if (deployments.some(isOpen)) {
    return [buttons(cancelButton(run.id))];
  }
  const label = `Retry ${hostCount(retriedHosts(deployments).length)}`;
  const retry = actButton(label, "retry", run.id, retryRequest(run, deployments));
  return retry.length === 0 ? [] : [buttons(...retry)];
}

function hostCount(count: number): string {
  return `${count} host${count === 1 ? "" : "s"}`;
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
  return asking(deployments).length > 0
    ? `${name}: switch?`
    : `${name}: ${deployments.length - open} of ${deployments.length} done`;
}

function tone(deployments: readonly Deployment[]): Tone {
  if (deployments.some(isOpen)) {
    return asking(deployments).length > 0 ? "warning" : "info";
  }
  return deployments.some(failed) ? "bad" : deployments.every(isPassed) ? "good" : "warning";
}

function isSkipped({ outcome }: Deployment): boolean {
  return outcome === "skipped";
}

function isCancelled({ outcome }: Deployment): boolean {
  return outcome === "cancelled";
}

function failed(deployment: Deployment): boolean {
  const isOther = isPassed(deployment) || isSkipped(deployment) || isCancelled(deployment);
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
