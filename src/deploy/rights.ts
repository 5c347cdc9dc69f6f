import type { Actor } from "./actor.ts";
import type { Deployment, Mode } from "./deployment.ts";

/** What a word in a record may be asked for again. */
export type Right =
  | "build"
  | "deploy"
  | "rollback"
  | "any-ref"
  | "approve"
  | "approve-special"
  | "no-rollback"
  | "adopt";

/** The rights of people as they are now. */
export interface Rights {
  /** The name under `people`; null for an account that fleet.yaml does not know. */
  personOf(actor: Actor): string | null;
  /** Why this account may not do this now; null where it may. */
  refuses(actor: Actor, right: Right, host: string): string | null;
}

/** Reads again what rights hang on: tokens, groups, accounts. It never rejects: what cannot be read gives no right. */
export type AskRights = (actors: readonly Actor[]) => Promise<Rights>;

/** Whoever may start something may end it, and so may whoever may say the second word. */
const toDecide: Readonly<Record<Mode, Right>> = {
  deploy: "approve",
  "dry-run": "approve",
  "build-only": "build",
  boot: "approve",
  rollback: "rollback",
  diff: "build",
  gc: "deploy",
  prune: "deploy",
  reboot: "deploy",
  adopt: "adopt",
};

/** What does not go back is a deployment, whatever it was typed as. */
export function rightToDecide({ mode, isForward }: Pick<Deployment, "mode" | "isForward">): Right {
  return mode === "rollback" && isForward === true ? toDecide.deploy : toDecide[mode];
}

export function rightToAsk(deployment: Pick<Deployment, "mode" | "isForward">): Right {
  const right = rightToDecide(deployment);
  return right === "approve" ? "deploy" : right;
}

/** Everybody whose word is in a record. */
export function actorsIn({ requestedBy, refApproval, confirmation }: Deployment): readonly Actor[] {
  return [
    requestedBy,
    ...(refApproval === null ? [] : [refApproval.by, ...(refApproval.others ?? []).map(({ by }) => by)]),
    ...(confirmation?.approvals ?? []).map(({ by }) => by),
    ...(confirmation?.decision == null ? [] : [confirmation.decision.by]),
  ];
}

/** Why a request no longer counts; null where it does. One that an alarm began has nobody to ask again. */
export function refusesRequest(deployment: Deployment, rights: Rights): string | null {
  return deployment.alarmOf !== null
    ? null
    : rights.refuses(deployment.requestedBy, rightToAsk(deployment), deployment.host);
}

/** Why the code of a ref that is not trusted has nobody's word now; null where it has, or needs none. */
export function refusesCode(deployment: Deployment, rights: Rights): string | null {
  const { isTrusted, mode, isForward, allowAnyRef, refApproval, toplevel, host, requestedBy } = deployment;
  const bringsAny = mode === "deploy" || mode === "boot" || mode === "dry-run" || isForward === true;
  if (!bringsAny || isTrusted === true || isTrusted === null) {
    return null;
  }
  if (refApproval !== null) {
    const words = [refApproval.by, ...(refApproval.others ?? []).map(({ by }) => by)];
    if (refApproval.toplevel !== toplevel) {
      return "the approval is for another system";
    }
    const lost = words.map((by) => rights.refuses(by, "approve-special", host)).find((why) => why !== null);
    return lost ?? notSeveralPeople(requestedBy, words, rights);
  }
  return allowAnyRef
    ? rights.refuses(requestedBy, "any-ref", host)
    : "nobody with the role approver let it through";
}

/** Accounts count as people as fleet.yaml has them now: known, not the requester's own, and each once. */
function notSeveralPeople(requestedBy: Actor, words: readonly Actor[], rights: Rights): string | null {
  const people = words.map((by) => rights.personOf(by));
  if (people.includes(null)) {
    return "fleet.yaml knows an account that let it through no more";
  }
  if (people.includes(rights.personOf(requestedBy))) {
    return "the account that let it through is the requester's own now";
  }
  return new Set(people).size < people.length
    ? "the accounts that let it through are one person's now"
    : null;
}

/** Whether a roll back goes ahead with what was known at the click where it cannot be read again: it must not wait for a platform. */
export function standsInDoubt(right: Right): boolean {
  return right === "rollback";
}
