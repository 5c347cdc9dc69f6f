import { awaitsDecision, type Deployment, isOpen, type Outcome, phaseNames } from "./deployment.ts";
import type { Run } from "./run.ts";
import { isAlarmed } from "./watching.ts";

/**
 * A run of several hosts: all are made ready, one question is asked for all of them, then they switch in order, and the first
 * that goes wrong stops the rest. Everything here is read from the records, so a restarted bot goes on where it was.
 */

/** What a host of a run has to do now. */
export type Turn =
  | { readonly kind: "go" }
  | { readonly kind: "wait"; readonly for: string }
  | { readonly kind: "skip"; readonly why: string };

const go: Turn = { kind: "go" };
/** Ends that stop a run. One that was cancelled, or was away, stops nobody else. */
const bad: ReadonlySet<Outcome> = new Set([
  "failed",
  "rolled-back",
  "rollback-failed",
  "unknown",
  "superseded",
  "expired",
  "refused",
]);

/** Nobody asks before every host is ready, or has ended. */
export function barrier(run: Run, deployments: readonly Deployment[], id: string): Turn {
  const others = deployments.filter((one) => one.id !== id);
  const behind = others.filter((one) => isOpen(one) && !isReady(one));
  if (behind.length > 0) {
    return { kind: "wait", for: behind.map(({ host }) => host).join(", ") };
  }
  const broken = others.find(isBad);
  return broken === undefined || run.keepGoing === true
    ? go
    : {
        kind: "skip",
        why: `${broken.host} ended as ${broken.outcome} before anything was switched; --keep-going goes on without it.`,
      };
}

function isReady({ phase }: Deployment): boolean {
  return phaseNames.indexOf(phase) >= phaseNames.indexOf("confirm");
}

/** Whether those who come before have switched, and well. */
export function switchTurn(run: Run, deployments: readonly Deployment[], id: string): Turn {
  const waves = wavesOf(run, deployments);
  const own = waves.findIndex((wave) => wave.some((one) => one.id === id));
  const before = waves.slice(0, own).flat();
  const broken = before.find((one) => isBad(one) && one.confirmation !== null);
  if (broken !== undefined) {
    return { kind: "skip", why: `${broken.host} ended as ${broken.outcome}, which stopped the run.` };
  }
  const under = before.filter(isOpen);
  return under.length === 0 ? go : { kind: "wait", for: under.map(({ host }) => host).join(", ") };
}

/** The canary by itself, then so many at a time. */
export function wavesOf(run: Run, deployments: readonly Deployment[]): readonly (readonly Deployment[])[] {
  const canary = deployments.filter(({ host }) => host === run.canary);
  const rest = deployments.filter(({ host }) => host !== run.canary);
  const size = run.wave ?? 1;
  const waves = Array.from({ length: Math.ceil(rest.length / size) }, (_, index) =>
    rest.slice(index * size, (index + 1) * size),
  );
  return canary.length === 0 ? waves : [canary, ...waves];
}

function isBad(deployment: Deployment): boolean {
  const { outcome } = deployment;
  return outcome !== null && (bad.has(outcome) || isAlarmed(deployment));
}

/** Those whose one question is open; nobody while one of the run is still on its way to that question. */
export function asking(deployments: readonly Deployment[]): Deployment[] {
  const waiting = deployments.filter(awaitsDecision);
  const gate = waiting.some(({ confirmation }) => confirmation?.gate === "copy") ? "copy" : "switch";
  return onTheWay(deployments).length > 0
    ? []
    : waiting.filter(({ confirmation }) => confirmation?.gate === gate);
}

/** Open ones that the next question of their run waits for. */
export function onTheWay(deployments: readonly Deployment[]): Deployment[] {
  const isAtCopy = deployments.some((one) => awaitsDecision(one) && one.confirmation?.gate === "copy");
  const last = phaseNames.indexOf(isAtCopy ? "approve" : "confirm");
  return deployments.filter((one) => {
    const hasAsked = one.confirmation !== null && (isAtCopy || one.confirmation.gate === "switch");
    return isOpen(one) && !hasAsked && phaseNames.indexOf(one.phase) <= last;
  });
}
