import { isSameActor, missing, type Requester, type Rule } from "./approvals.ts";
import type { Approval, LostWord } from "./confirmation.ts";
import { standingApprovals } from "./consent.ts";
import type { Deployment } from "./deployment.ts";
import { type Rights, refusesRequest, rightToDecide } from "./rights.ts";

/** Words as they are now: pure, by the rights that were read again just before. */

/** The record without the approvals that do not count any more, with why. The same record where all count. */
export function withoutLost(deployment: Deployment, rule: Rule, rights: Rights, at: string): Deployment {
  const { confirmation, requestedBy } = deployment;
  if (confirmation === null || rule.people <= 1) {
    return deployment;
  }
  const kept: Approval[] = [];
  const lost: LostWord[] = [...(confirmation.lost ?? [])];
  const before = lost.length;
  const requester = refusesRequester(deployment, rights);
  if (requester !== null && !lost.some(({ by }) => isSameActor(by, requestedBy))) {
    lost.push({ by: requestedBy, at, why: requester });
  }
  for (const approval of confirmation.approvals) {
    const person = rights.personOf(approval.by);
    const why = refusesApproval(deployment, approval, kept, rule, rights);
    if (why === null && person !== null) {
      kept.push(person === approval.person ? approval : { ...approval, person });
    } else {
      lost.push({ by: approval.by, at, why: why ?? notKnown });
    }
  }
  const isSame = lost.length === before && kept.every((one, index) => one === confirmation.approvals[index]);
  return isSame ? deployment : { ...deployment, confirmation: { ...confirmation, approvals: kept, lost } };
}

const notKnown = "fleet.yaml knows this account no more";

function refusesRequester(deployment: Deployment, rights: Rights): string | null {
  const { requestedBy } = deployment;
  // Who never was one of the people cannot stop being one.
  return requestedBy.person === undefined
    ? null
    : (refusesRequest(deployment, rights) ?? (rights.personOf(requestedBy) === null ? notKnown : null));
}

function refusesApproval(
  deployment: Deployment,
  { by }: Approval,
  others: readonly Approval[],
  rule: Rule,
  rights: Rights,
): string | null {
  const person = rights.personOf(by);
  if (person === null) {
    return notKnown;
  }
  if (person === requesterNow(deployment, rights).person) {
    return `this account is ${person}'s, who asked for it`;
  }
  if (others.some((one) => one.person === person)) {
    return `this account is ${person}'s, who said so already`;
  }
  return (
    rights.refuses(by, rightToDecide(deployment), deployment.host) ??
    (rule.needsApprover ? rights.refuses(by, "approve-special", deployment.host) : null)
  );
}

export function requesterNow(deployment: Deployment, rights: Rights): Requester {
  const person = rights.personOf(deployment.requestedBy);
  return { person, isCounted: person !== null && refusesRequest(deployment, rights) === null };
}

/** Why a waiver of the health does not hold now; null where it does, or none was asked for. */
export function refusesWaiver({ noRollback, requestedBy, host }: Deployment, rights: Rights): string | null {
  return noRollback === true ? rights.refuses(requestedBy, "no-rollback", host) : null;
}

/** Why what was said is not enough for the act now; null where it is. Asked after the decision, right before the act. */
export function wordsMissing(deployment: Deployment, rule: Rule, rights: Rights): string | null {
  const { confirmation, host } = deployment;
  const decision = confirmation?.decision ?? null;
  if (confirmation === null || decision === null) {
    return "nobody has decided it";
  }
  const waiver = refusesWaiver(deployment, rights);
  if (waiver !== null) {
    return `--no-rollback does not hold any more: ${waiver}`;
  }
  // The word that an alarm gives is the bot's own.
  const right = rightToDecide(deployment);
  const why = deployment.alarmOf === null ? rights.refuses(decision.by, right, host) : null;
  if (why !== null) {
    return `the word of ${decision.by.name} does not count any more: ${why}`;
  }
  if (rule.people <= 1 && !rule.needsApprover) {
    return null;
  }
  const now = withoutLost(deployment, rule, rights, decision.at);
  const more = missing(requesterNow(now, rights), rule, standingApprovals(now).length);
  if (more === 0) {
    return null;
  }
  const [lost] = now.confirmation?.lost?.slice(confirmation.lost?.length ?? 0) ?? [];
  return lost === undefined
    ? `it takes the word of ${more} more ${more === 1 ? "person" : "people"} now${rule.needsApprover ? ", with the role approver" : ""}`
    : `the word of ${lost.by.name} does not count any more: ${lost.why}`;
}
