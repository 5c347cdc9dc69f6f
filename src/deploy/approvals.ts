import type { Host } from "../fleet/host.ts";
import type { Actor } from "./actor.ts";
import type { Approval, Confirmation } from "./confirmation.ts";
import { digestOf, standingApprovals } from "./consent.ts";
import type { Deployment } from "./deployment.ts";
import { goesBack, isActMode } from "./modes.ts";
import { type Rights, refusesCode } from "./rights.ts";

/** What it takes to decide a card. */
export interface Rule {
  /** How many people have to want it, whoever asked counted among them. */
  readonly people: number;
  /** The word has to come from somebody with the role `approver`. */
  readonly needsApprover: boolean;
}

/** Going back waits for nobody's second word, and neither does what brings no new code to the host. */
export function ruleFor(
  deployment: Pick<Deployment, "mode" | "isForward" | "isForced" | "isTrusted" | "allowAnyRef">,
  host: Pick<Host, "approvals">,
  gate: Confirmation["gate"],
): Rule {
  if (goesBack(deployment) || isActMode(deployment.mode)) {
    return { people: 1, needsApprover: false };
  }
  const needsApprover = gate === "copy" || deployment.isForced || isForeign(deployment);
  const people = gate === "copy" ? 2 : host.approvals;
  return { people: needsApprover ? Math.max(2, people) : people, needsApprover };
}

/** A roll back that goes forward, to code that was in no trusted ref: it has no gate of its own before the copy. */
function isForeign({ mode, isTrusted, allowAnyRef }: Pick<Deployment, "mode" | "isTrusted" | "allowAnyRef">) {
  return mode === "rollback" && isTrusted === false && !allowAnyRef;
}

/** The rule as it is now. Code whose word does not count any more takes an approver at the switch, too. */
export function ruleNow(
  deployment: Deployment,
  host: Pick<Host, "approvals">,
  gate: Confirmation["gate"],
  rights: Rights,
): Rule {
  const own = ruleFor(deployment, host, gate);
  return gate === "switch" && refusesCode(deployment, rights) !== null
    ? stricter(own, { people: 2, needsApprover: true })
    : own;
}

/** The stricter of two: a rule that was tightened while a card waited counts. */
export function stricter(a: Rule, b: Rule): Rule {
  return { people: Math.max(a.people, b.people), needsApprover: a.needsApprover || b.needsApprover };
}

export type Judged =
  | { readonly kind: "decides"; readonly approval: Approval | null }
  | { readonly kind: "counts"; readonly approval: Approval }
  | {
      readonly kind: "refused";
      readonly reason: "no-person" | "own" | "twice" | "no-approver" | "another-system";
    };

/**
 * What one click on Switch is worth. People count, not accounts: one who is not under `people` can never be a second person,
 * and whoever asked cannot be it either, on whatever surface.
 */
export function judge(
  deployment: Deployment,
  rule: Rule,
  click: { readonly by: Actor; readonly at: string; readonly isApprover: boolean },
  /** Who asked, as fleet.yaml has them now, and whether they count. */
  requester: Requester = requesterOf(deployment),
): Judged {
  const { confirmation, requestedBy, toplevel } = deployment;
  if (confirmation !== null && confirmation.toplevel !== null && confirmation.toplevel !== toplevel) {
    return { kind: "refused", reason: "another-system" };
  }
  if (rule.people <= 1 && !rule.needsApprover) {
    return { kind: "decides", approval: null };
  }
  const { person } = click.by;
  if (person === undefined) {
    return { kind: "refused", reason: "no-person" };
  }
  const isSameAccount = isSameActor(click.by, requestedBy);
  if (person === requestedBy.person || person === requester.person || isSameAccount) {
    return { kind: "refused", reason: "own" };
  }
  if (rule.needsApprover && !click.isApprover) {
    return { kind: "refused", reason: "no-approver" };
  }
  const given = standingApprovals(deployment);
  if (given.some((approval) => approval.person === person)) {
    return { kind: "refused", reason: "twice" };
  }
  const approval = { by: click.by, person, at: click.at, digest: digestOf([deployment]) };
  return missing(requester, rule, given.length + 1) === 0
    ? { kind: "decides", approval }
    : { kind: "counts", approval };
}

/** Who asked, and whether they are one of the people that a card needs. */
export interface Requester {
  readonly person: string | null;
  readonly isCounted: boolean;
}

/** As the record has it; a requester whose word was lost since does not count. */
export function requesterOf({ requestedBy, confirmation }: Deployment): Requester {
  const isLost = (confirmation?.lost ?? []).some(({ by }) => isSameActor(by, requestedBy));
  const { person = null } = requestedBy;
  return { person, isCounted: person !== null && !isLost };
}

export function isSameActor(a: Actor, b: Actor): boolean {
  return a.surface === b.surface && a.id === b.id;
}

/** How many more people have to say so. Whoever asked counts only as somebody whom fleet.yaml knows. */
export function missing(requester: Requester, rule: Rule, given: number): number {
  return Math.max(0, rule.people - (requester.isCounted ? 1 : 0) - given);
}
