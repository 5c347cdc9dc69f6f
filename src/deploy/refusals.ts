import { dirtyRef, isRefName } from "../nix/flake.ts";
import { decisionWord, tooLate } from "./act-words.ts";
import { awaitsDecision, type Deployment, isOpen } from "./deployment.ts";
import { maxOpen } from "./parts.ts";
import type { Refusal } from "./requests.ts";
import { isInTheWay } from "./transitions.ts";

/** Why these may not begin beside what is open; null when they may. */
export function refuseBusy(open: readonly Deployment[], asked: readonly Deployment[]): Refusal | null {
  if (open.length + asked.length > maxOpen) {
    return {
      kind: "refused",
      code: "unavailable",
      message: `${open.length} deployments are open, which is enough.`,
      help: "Wait for some of them, or cancel them.",
    };
  }
  for (const { id, host, mode } of asked) {
    if (open.some((deployment) => deployment.id === id)) {
      return {
        kind: "refused",
        code: "unavailable",
        message: "Two deployments got the same id.",
        help: "Ask again.",
      };
    }
    const other = open.find((deployment) => isInTheWay(deployment, host, mode));
    if (other !== undefined) {
      return {
        kind: "refused",
        code: "busy",
        message: `${host} is busy: ${other.requestedBy.name} started ${other.id} (${other.mode}), which is in ${other.phase}.`,
        help: awaitsDecision(other)
          ? `/confirm ${other.id} or /cancel ${other.id} ends it.`
          : "Wait until it has ended.",
      };
    }
  }
  return null;
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

/** Why a click decided nothing; null for a cancel that comes before there is anything to decide. */
export function refuseDecision(
  deployment: Deployment,
  action: "switch" | "cancel",
  isAtWork: boolean,
): Refusal | null {
  const decision = deployment.confirmation?.decision;
  if (decision !== null && decision !== undefined) {
    const word = decisionWord(deployment, decision.action);
    if (deployment.outcome !== null || action !== "cancel") {
      return {
        kind: "refused",
        code: "already-decided",
        message: `${decision.by.name} decided already: ${word}.`,
        help: null,
      };
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
  if (deployment.phase === "confirm" && deployment.confirmation !== null) {
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
