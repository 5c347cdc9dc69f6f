import { awaitsDecision, type Deployment } from "./deployment.ts";
import { type Lock, lockOn, lockText } from "./locks.ts";
import type { Machines } from "./machines.ts";
import { goesBack } from "./modes.ts";
import { isInTheWay } from "./transitions.ts";
import { isWatched } from "./watching.ts";

/** What else is going on when somebody asks whose turn it is. */
export interface Around {
  readonly open: readonly Deployment[];
  readonly locks: readonly Lock[];
  readonly machines?: Machines;
}

/** At most so many wait for one host. */
export const maxWaiting = 10;

/**
 * Whom a deployment waits behind, in words; null when it is its turn. First come, first served: by the time it was asked for,
 * which is one for all hosts of a run, so two runs can never wait for each other. A roll back goes before what only waits.
 */
export function waitsBehind(deployment: Deployment, { open, locks }: Around, now: string): string | null {
  const other = open.find((one) => isAhead(one, deployment));
  if (other !== undefined) {
    return `${other.requestedBy.name}'s ${other.id} (${other.mode}, ${isWaiting(other) ? "waiting" : other.phase})`;
  }
  const lock = goesBack(deployment) ? null : lockOn(locks, deployment.host, now);
  return lock === null ? null : `a lock: ${lockText(lock)}`;
}

function isAhead(other: Deployment, deployment: Deployment): boolean {
  if (other.id === deployment.id || !isInTheWay(other, deployment.host, deployment.mode)) {
    return false;
  }
  const isUrgent = goesBack(deployment);
  // What is only watched, or only asks, must not hold up whoever rolls back: nothing is being done to the host.
  if (!isWaiting(other)) {
    return !isUrgent || !(isWatched(other) || awaitsDecision(other));
  }
  return goesBack(other) === isUrgent ? isEarlier(other, deployment) : !isUrgent;
}

function isEarlier(a: Deployment, b: Deployment): boolean {
  return a.createdAt === b.createdAt ? a.id < b.id : a.createdAt < b.createdAt;
}

export function isWaiting({ queue }: Deployment): boolean {
  return queue.state === "waiting";
}

/** The roll back that has the host, so that no card that asked before may be decided now. */
export function rollbackAtWork(open: readonly Deployment[], host: string): Deployment | null {
  return open.find((one) => one.host === host && goesBack(one) && !isWaiting(one)) ?? null;
}

/** Takes its turn, or says whom it waits behind. Pure: the store shows all open deployments at that moment. */
export function takeTurn(deployment: Deployment, around: Around, now: string): Deployment {
  if (!isWaiting(deployment)) {
    return deployment;
  }
  const behind = waitsBehind(deployment, around, now);
  const { queue } = deployment;
  if (behind === null) {
    const until = queue.since === null ? null : now;
    return { ...deployment, queue: { ...queue, state: "turn", until } };
  }
  return behind === queue.behind
    ? deployment
    : { ...deployment, queue: { ...queue, behind, since: queue.since ?? now } };
}
