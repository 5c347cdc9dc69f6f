import { isoTime } from "../config/clock.ts";
import type { Host } from "../fleet/host.ts";
import { isOpenAt, openingText } from "../fleet/windows.ts";
import { dirtyRef, isRefName } from "../nix/flake.ts";
import { decisionWord, tooLate } from "./act-words.ts";
import type { judge } from "./approvals.ts";
import { presentSet } from "./consent.ts";
import { askingPhases, awaitsDecision, type Deployment, isOpen } from "./deployment.ts";
import { type Lock, lockOn, locksOn, lockText } from "./locks.ts";
import { bringsCode, changesHost, goesBack } from "./modes.ts";
import { type EngineParts, hostOf, maxOpen } from "./parts.ts";
import { type Around, isWaiting, maxWaiting } from "./queue.ts";
import type { Refusal } from "./requests.ts";
import { aroundFor, isOneMachine } from "./same-machine.ts";
import { isInTheWay } from "./transitions.ts";
import { isWatched } from "./watching.ts";

/** Why these may not begin beside what is open and locked; null when they may. */
export function refuseBegin(
  parts: EngineParts,
  around: Around,
  asked: readonly Deployment[],
): Refusal | null {
  const at = isoTime(parts.clock);
  const twin = twoNames(parts, around, asked);
  if (twin !== null) {
    return twin;
  }
  if (around.open.length + asked.length > maxOpen) {
    return {
      kind: "refused",
      code: "unavailable",
      message: `${around.open.length} deployments are open, which is enough.`,
      help: "Wait for some of them, or cancel them.",
    };
  }
  for (const deployment of asked) {
    const { id, host, mode } = deployment;
    const { open, locks } = aroundFor(parts.fleet(), around, host);
    if (open.some((deployment) => deployment.id === id)) {
      return {
        kind: "refused",
        code: "unavailable",
        message: "Two deployments got the same id.",
        help: "Ask again.",
      };
    }
    const lock = !changesHost(mode) || goesBack(deployment) ? null : lockOn(locks, host, at);
    const closed = refuseClosed(deployment, hostOf(parts, host), parts.clock.now());
    if (lock !== null || closed !== null) {
      return lock === null ? closed : refuseLocked(host, lock, locksOn(locks, host, at));
    }
    const inTheWay = open.filter((one) => isInTheWay(one, host, mode));
    const [other] = inTheWay;
    const isUrgent = goesBack(deployment);
    const isFull = inTheWay.filter(isWaiting).length >= maxWaiting;
    if (other !== undefined && !isUrgent && (isFull || hostOf(parts, host).whenBusy === "refuse")) {
      return {
        kind: "refused",
        code: "busy",
        message: `${host} is busy: ${other.requestedBy.name} started ${other.id} (${other.mode}), which is in ${other.phase}.`,
        help: busyHelp(other),
      };
    }
  }
  return null;
}

/** Hosts of one run that are one machine would switch it twice. */
function twoNames(
  parts: EngineParts,
  { machines = {} }: Around,
  asked: readonly Deployment[],
): Refusal | null {
  const touching = asked.filter(({ mode }) => changesHost(mode)).map(({ host }) => host);
  for (const [index, host] of touching.entries()) {
    const other = touching.slice(0, index).find((name) => isOneMachine(parts.fleet(), machines, name, host));
    if (other !== undefined) {
      return {
        kind: "refused",
        code: "busy",
        message: `${other} and ${host} are one machine, and a run can switch it only once.`,
        help: `Correct targetHost of one of them in fleet.yaml, or name only one. /adopt HOST where a machine was replaced.`,
      };
    }
  }
  return null;
}

function busyHelp(other: Deployment): string {
  if (isWatched(other)) {
    return `/cancel ${other.id} ends the watching; what runs there stays.`;
  }
  return awaitsDecision(other)
    ? `/confirm ${other.id} or /cancel ${other.id} ends it.`
    : "Wait until it has ended.";
}

/** A card that asked before a roll back came is not decided over its head. */
export function refuseForRollback(host: string, { id, requestedBy, toGeneration }: Deployment): Refusal {
  return {
    kind: "refused",
    code: "busy",
    message: `${requestedBy.name} is rolling ${host} back to generation ${toGeneration ?? "?"} (${id}).`,
    help: `Wait for its end, or /cancel ${id} while it asks.`,
  };
}

export function refuseLocked(host: string, lock: Lock, others: readonly Lock[] = []): Refusal {
  const also = others.filter((one) => one !== lock).map((one) => `; ${lockText(one)}`);
  return {
    kind: "refused",
    code: "locked",
    message: `${host} is locked: ${lockText(lock)}${also.join("")}.`,
    help: `Its owner or an admin can /unlock ${lock.host === host ? host : "all"}. A /rollback to what ran well before works all the same.`,
  };
}

/** Roll backs and whatever does not switch are exempt; what was forced goes on to an approver. */
export function refuseClosed(
  deployment: Pick<Deployment, "mode" | "isForward" | "isForced">,
  host: Pick<Host, "name" | "windows">,
  time: number,
): Refusal | null {
  const isExempt = !bringsCode(deployment.mode) && deployment.isForward !== true;
  if (isExempt || deployment.isForced || isOpenAt(host.windows, time)) {
    return null;
  }
  const opens = openingText(host.windows, time);
  const look =
    deployment.isForward === true ? "" : `/deploy ${host.name} --dry-run shows what would change; `;
  return {
    kind: "refused",
    code: "outside-window",
    message: `${host.name} is deployed ${host.windows.map(({ text }) => text).join(", ")}, and not now.`,
    help: `${opens === null ? "" : `It opens ${opens}. `}${look}--force --reason "…" asks an approver.`,
  };
}

/** More than a message shows at a glance; a program reads all of them. */
const mostNamed = 20;

/** A yes that is not for what there is now: what was shown is another set, or nobody said what was shown. */
export function refuseChanged(
  about: string,
  shown: string | null,
  deployments: readonly Deployment[],
): Refusal {
  const present = presentSet(about, deployments);
  const named = present.hosts.slice(0, mostNamed).map(({ what }) => what);
  const more = present.hosts.length - named.length;
  const list = [...named, ...(more > 0 ? [`${more} more`] : [])].join("; ");
  return {
    kind: "refused",
    code: "changed",
    message:
      shown === null
        ? `A yes has to say what it is for. Now it would: ${list}.`
        : `What was shown is not what there is now, so nothing was done. Now it would: ${list}.`,
    help: `${present.command} says yes to exactly this, and so does the card as it stands now.`,
    present,
  };
}

type Reason = Extract<ReturnType<typeof judge>, { kind: "refused" }>["reason"];

/** Why somebody's click on Switch does not count. */
export function refuseApproval({ host, requestedBy }: Deployment, reason: Reason): Refusal {
  const sentences: Readonly<Record<Reason, readonly [string, string]>> = {
    "no-person": [
      `${host} takes people that fleet.yaml knows, and this account belongs to nobody under people.`,
      "An admin can add it there, to the person it belongs to.",
    ],
    own: [
      `${requestedBy.name} asked for this, so somebody else has to say Switch.`,
      "Ask a colleague to look.",
    ],
    twice: ["You have said so already; it takes somebody else, too.", "Ask a colleague to look."],
    "no-approver": [
      "This one takes somebody with the role approver.",
      "It brings code that is in no trusted ref, or comes outside the host's windows.",
    ],
    "another-system": ["The card shows another system than the one that was built.", "Ask again."],
  };
  const [message, help] = sentences[reason];
  return { kind: "refused", code: "needs-approval", message, help };
}

/** An admin's word for `--no-rollback` that does not hold any more. */
export function refuseWaiver({ id, host }: Deployment, why: string): Refusal {
  return {
    kind: "refused",
    code: "not-allowed",
    message: `--no-rollback does not hold any more: ${why}.`,
    help: `/cancel ${id}, then /deploy ${host} without it, or have an admin ask.`,
  };
}

export function refuseRef(ref: string | null): Refusal | null {
  return ref === null || ref === dirtyRef || isRefName(ref)
    ? null
    : {
        kind: "refused",
        code: "bad-command",
        message: `${JSON.stringify(ref)} is not the name of a git ref.`,
        help: "Give a branch (origin/main), a tag, a revision, or . for the working tree.",
      };
}

/** Why a click decided nothing; null for a cancel that comes before there is anything to decide, or ends a watching. */
export function refuseDecision(
  deployment: Deployment,
  action: "switch" | "cancel",
  isAtWork: boolean,
): Refusal | null {
  if (action === "cancel" && isAtWork && isWatched(deployment)) {
    return null;
  }
  const decision = deployment.confirmation?.decision;
  if (decision !== null && decision !== undefined) {
    const word = decisionWord(deployment, decision.action);
    if (deployment.outcome !== null || action !== "cancel" || decision.action === "cancel") {
      return {
        kind: "refused",
        code: "already-decided",
        message: `${decision.by.name} decided already: ${word}.`,
        help: null,
      };
    }
    // A host of a run has its yes, and still waits for those before it, or looks at its machine once more.
    if (isAtWork && deployment.isTogether && askingPhases.includes(deployment.phase)) {
      return null;
    }
    const late = tooLate(deployment, `${decision.by.name} clicked ${word} already`);
    return late === null && isAtWork
      ? null
      : { kind: "refused", code: "too-late", message: `${word} is under way.`, help: null, ...late };
  }
  if (!isOpen(deployment)) {
    return {
      kind: "refused",
      code: deployment.outcome === "expired" ? "expired" : "already-decided",
      message: `${deployment.id} has ended: ${deployment.outcome}.`,
      help: null,
    };
  }
  if (deployment.confirmation !== null) {
    return {
      kind: "refused",
      code: "expired",
      message: `The card of ${deployment.id} has expired.`,
      help: "Ask again.",
    };
  }
  if (action === "cancel" && isAtWork) {
    return null;
  }
  return {
    kind: "refused",
    code: "not-ready",
    message: `${deployment.id} is in ${deployment.phase}: there is nothing to decide yet.`,
    help: "Its card will ask.",
  };
}
