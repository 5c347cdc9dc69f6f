import type { Deployment, Outcome, PhaseName } from "../../src/deploy/deployment.ts";
import { deployPhases } from "../../src/deploy/deployment.ts";
import { aConfirmation } from "./records.ts";

/** How long the fake's cards ask, in milliseconds. */
const asksFor = 1_800_000;

/** The record as it is when a phase has just begun, with the ones before it done. */
export function inPhase(deployment: Deployment, phase: PhaseName, now: Date): Deployment {
  const at = now.toISOString();
  const times = { ...deployment.times };
  for (const earlier of deployPhases.slice(0, deployPhases.indexOf(phase))) {
    const time = times[earlier];
    times[earlier] = { startedAt: time?.startedAt ?? at, finishedAt: time?.finishedAt ?? at };
  }
  times[phase] = { startedAt: at, finishedAt: null };
  const confirmation = aConfirmation(new Date(now.getTime() + asksFor).toISOString());
  return { ...deployment, phase, times, ...(phase === "confirm" ? { confirmation } : {}) };
}

export function ended(deployment: Deployment, outcome: Outcome, now: Date): Deployment {
  const at = now.toISOString();
  const { phase, times } = deployment;
  const time = { startedAt: at, ...times[phase], finishedAt: at };
  return { ...deployment, times: { ...times, [phase]: time }, outcome, finishedAt: at };
}
