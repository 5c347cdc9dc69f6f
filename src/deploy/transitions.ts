import type { Actor } from "./actor.ts";
import type { Approval, Decision } from "./confirmation.ts";
import type { Deployment, Diagnosis, Mode, Outcome, PhaseName, Queue } from "./deployment.ts";
import { awaitsDecision, isOpen } from "./deployment.ts";
import { type HostAct, newAct } from "./host-act.ts";
import { changesHost } from "./modes.ts";

/** Pure changes of a deployment record; the store applies them one at a time. */

export interface NewDeployment {
  readonly id: string;
  readonly run: string;
  readonly host: string;
  readonly mode: Mode;
  readonly requestedBy: Actor;
  readonly reason: string | null;
  readonly ref: string | null;
  readonly allowAnyRef: boolean;
  readonly isForced?: boolean;
  readonly noRollback?: boolean;
  readonly isTogether?: boolean;
  readonly queue?: Queue;
  readonly risk: Deployment["risk"];
  readonly log: string;
  readonly flakeCheck?: boolean;
  readonly console?: string | null;
  readonly toplevel?: string;
  /** Of a roll back that goes forward: of the deployment that brought its system. */
  readonly isTrusted?: boolean | null;
  readonly revision?: string | null;
  readonly toGeneration?: number;
  readonly isForward?: boolean | null;
  readonly act?: HostAct;
  readonly watch?: number | null;
  readonly alarmOf?: string | null;
}

const hasTurn: Queue = { state: "turn", behind: null, since: null, until: null };
/** Only what touches a host has to wait for others that do. */
const waits: Queue = { ...hasTurn, state: "waiting" };

export function firstPlace(mode: Mode): Queue {
  return changesHost(mode) ? waits : hasTurn;
}

export function newDeployment(asked: NewDeployment, now: string): Deployment {
  return {
    id: asked.id,
    run: asked.run,
    host: asked.host,
    mode: asked.mode,
    requestedBy: asked.requestedBy,
    reason: asked.reason,
    ref: asked.ref,
    allowAnyRef: asked.allowAnyRef,
    isTrusted: asked.isTrusted ?? null,
    refApproval: null,
    isForced: asked.isForced ?? false,
    ...(asked.noRollback === true ? { noRollback: true } : {}),
    isTogether: asked.isTogether ?? false,
    queue: asked.queue ?? hasTurn,
    revision: asked.revision ?? null,
    commit: null,
    phase: "check",
    outcome: null,
    message: null,
    help: null,
    lines: [],
    derivation: null,
    toplevel: asked.toplevel ?? null,
    previous: null,
    runs: null,
    before: null,
    baseline: null,
    toGeneration: asked.toGeneration ?? null,
    isForward: asked.isForward ?? null,
    generation: null,
    diff: [],
    units: null,
    warnings: [],
    rebootNeeded: false,
    isInhibited: false,
    nixVersion: null,
    risk: asked.risk,
    confirmation: null,
    supervisedUntil: null,
    lastState: null,
    restarts: 0,
    act: asked.act ?? null,
    comparison: null,
    correction: null,
    times: {},
    createdAt: now,
    finishedAt: null,
    log: asked.log,
    checks: [],
    flakeCheck: asked.flakeCheck ?? false,
    source: null,
    diagnosis: null,
    console: asked.console ?? null,
    watch: asked.watch ?? null,
    monitor: null,
    alarmOf: asked.alarmOf ?? null,
  };
}

/** Enters a phase, and ends the one before. Entering it again, after a restart, keeps its first start. */
export function enterPhase(deployment: Deployment, phase: PhaseName, now: string): Deployment {
  const left = closePhase(deployment, now);
  const startedAt = left.times[phase]?.startedAt ?? now;
  return { ...left, phase, times: { ...left.times, [phase]: { startedAt, finishedAt: null } } };
}

function closePhase(deployment: Deployment, now: string): Deployment {
  const time = deployment.times[deployment.phase];
  return time === undefined || time.finishedAt !== null
    ? deployment
    : { ...deployment, times: { ...deployment.times, [deployment.phase]: { ...time, finishedAt: now } } };
}

/** Back to the first phase, with nothing of what was found but the revision, so that a run stays at one. */
export function beginAgain(deployment: Deployment): Deployment {
  const { id, run, host, mode, requestedBy, reason, ref, allowAnyRef, risk, log } = deployment;
  const {
    toplevel,
    toGeneration,
    isForward,
    isForced,
    isTogether,
    queue,
    flakeCheck,
    console,
    watch,
    alarmOf,
  } = deployment;
  const waived = deployment.noRollback === true ? { noRollback: true } : {};
  const own = { id, run, host, mode, requestedBy, reason, ref, risk, log, ...waived };
  const asked = { ...own, allowAnyRef, isForced, isTogether, queue, flakeCheck, console, watch, alarmOf };
  const target =
    mode === "rollback" && toplevel !== null && toGeneration !== null
      ? { toplevel, toGeneration, isForward, isTrusted: deployment.isTrusted }
      : {};
  return {
    ...newDeployment({ ...asked, ...target, ...actAgain(deployment) }, deployment.createdAt),
    revision: deployment.revision,
    // It names the system that it is for, so another one asks again.
    refApproval: deployment.refApproval,
    // Whatever only waited cannot have brought the bot down.
    restarts: deployment.restarts + (queue.state === "waiting" ? 0 : 1),
  };
}

function actAgain({ act }: Deployment): { act?: HostAct } {
  return act === null ? {} : { act: newAct(act) };
}

export interface End {
  readonly outcome: Outcome;
  readonly message: string;
  readonly help?: string | null;
  readonly lines?: readonly string[];
  readonly generation?: number | null;
  readonly lastState?: string | null;
  readonly diagnosis?: Diagnosis | null;
}

/** Ends a deployment. The first end counts: nothing that has ended changes again. */
export function endDeployment(deployment: Deployment, end: End, now: string): Deployment {
  if (!isOpen(deployment)) {
    return deployment;
  }
  return {
    ...closePhase(deployment, now),
    outcome: end.outcome,
    message: end.message,
    help: end.help ?? null,
    lines: [...(end.lines ?? [])],
    generation: end.generation ?? deployment.generation,
    lastState: end.lastState ?? null,
    finishedAt: now,
    diagnosis: end.diagnosis ?? null,
    // Some hundred units, of use only while it runs: the history must stay small.
    baseline: null,
  };
}

/** Corrects, once, an end that nobody knew: the host was seen since. Who asked for the deployment and when it ended stay. */
export function correctDeployment(deployment: Deployment, end: End, by: Actor, now: string): Deployment {
  if (deployment.outcome !== "unknown" || end.outcome === "unknown") {
    return deployment;
  }
  return {
    ...deployment,
    outcome: end.outcome,
    message: end.message,
    help: end.help ?? null,
    lines: [...(end.lines ?? [])],
    generation: end.generation ?? deployment.generation,
    correction: { by, at: now, was: "unknown" },
  };
}

/** Whether a click that comes now can change anything: the card awaits one, and has not expired. */
export function canDecide(deployment: Deployment, at: string): boolean {
  const { confirmation } = deployment;
  return awaitsDecision(deployment) && confirmation !== null && at <= confirmation.expiresAt;
}

/** Compare and set: a decision lands only on a card that awaits one and has not expired. */
export function decideDeployment(
  deployment: Deployment,
  decision: Decision,
  approval: Approval | null = null,
): Deployment {
  const approved = approval === null ? deployment : approveDeployment(deployment, approval);
  const { confirmation } = approved;
  return canDecide(deployment, decision.at) && confirmation !== null
    ? { ...approved, confirmation: { ...confirmation, decision } }
    : deployment;
}

/** One more person's word, which is not the last that is needed. */
export function approveDeployment(deployment: Deployment, approval: Approval): Deployment {
  const { confirmation } = deployment;
  return canDecide(deployment, approval.at) && confirmation !== null
    ? { ...deployment, confirmation: { ...confirmation, approvals: [...confirmation.approvals, approval] } }
    : deployment;
}

/** Lets a card expire that nobody has decided. */
export function expireDeployment(deployment: Deployment, now: string): Deployment {
  return awaitsDecision(deployment)
    ? endDeployment(
        deployment,
        { outcome: "expired", message: "Nobody decided in time; the running system is untouched." },
        now,
      )
    : deployment;
}

/** Whether two deployments may be under way on one host: only one of them may touch it. */
export function isInTheWay(open: Deployment, host: string, mode: Mode): boolean {
  return open.host === host && changesHost(open.mode) && changesHost(mode);
}
