import { type Judged, judge, type Rule, ruleNow, stricter } from "./approvals.ts";
import { digestOf } from "./consent.ts";
import type { Deployment } from "./deployment.ts";
import { lockOn, locksOn } from "./locks.ts";
import { goesBack } from "./modes.ts";
import { type EngineParts, hostOf, now } from "./parts.ts";
import { type Around, rollbackAtWork } from "./queue.ts";
import {
  refuseApproval,
  refuseChanged,
  refuseClosed,
  refuseForRollback,
  refuseLocked,
  refuseWaiver,
} from "./refusals.ts";
import type { Click, Refusal } from "./requests.ts";
import type { Rights } from "./rights.ts";
import { aroundFor } from "./same-machine.ts";
import { approveDeployment, decideDeployment } from "./transitions.ts";
import { refusesWaiver, requesterNow, withoutLost } from "./words.ts";

/** What a yes does to the records it is for. Pure but for fleet.yaml and the time. */
export type Weighed =
  | { readonly kind: "decided" | "approved"; readonly deployments: readonly Deployment[] }
  /** With the records as fleet.yaml has them now, so that the card shows what the refusal says. */
  | { readonly kind: "refused"; readonly refusal: Refusal; readonly deployments: readonly Deployment[] };

/**
 * A yes to these, all of which await one: it decides for each of them, counts for each of them, or is refused. `about` is the id
 * that it names. Called where records are compared and set, so what it looks at is what is changed.
 */
export function weighYes(
  parts: EngineParts,
  about: string,
  found: readonly Deployment[],
  around: Around,
  click: Click,
  rights: Rights,
): Weighed {
  const at = now(parts);
  const deployments = found.map((one) => asItIsNow(parts, withPresentRisk(parts, one), rights, at));
  const refused = (refusal: Refusal): Weighed => ({ kind: "refused", refusal, deployments });
  if (click.digest !== digestOf(deployments)) {
    return refused(refuseChanged(about, click.digest, deployments));
  }
  for (const one of deployments) {
    const waiver = refusesWaiver(one, rights);
    const obstacle = obstacleFor(parts, one, around) ?? (waiver === null ? null : refuseWaiver(one, waiver));
    if (obstacle !== null) {
      return refused(obstacle);
    }
  }
  const rule = deployments.map((one) => presentRule(parts, one, rights)).reduce(stricter, lightest);
  const judged = deployments.map((one) => ({
    one,
    worth: judge(one, rule, { ...click, at }, requesterNow(one, rights)),
  }));
  const against = firstRefusal(judged);
  if (against !== null) {
    return refused(against);
  }
  // Each of them, or none: a word that was given to some of them before must not let those go ahead alone.
  const decides = judged.every(({ worth }) => worth.kind === "decides");
  const decision = { action: "switch" as const, by: click.by, at };
  return {
    kind: decides ? "decided" : "approved",
    deployments: judged.map(({ one, worth }) => {
      const approval = worth.kind === "refused" ? null : worth.approval;
      if (decides) {
        return decideDeployment(one, decision, approval);
      }
      return approval === null ? one : approveDeployment(one, approval);
    }),
  };
}

const lightest: Rule = { people: 1, needsApprover: false };

/** A host that was made a high risk meanwhile is one: its card is drawn again, with the dialog. */
function withPresentRisk(parts: EngineParts, deployment: Deployment): Deployment {
  const { risk } = hostOf(parts, deployment.host);
  return risk === deployment.risk ? deployment : { ...deployment, risk };
}

function presentRule(parts: EngineParts, deployment: Deployment, rights: Rights): Rule {
  const { confirmation, host } = deployment;
  const own = ruleNow(deployment, hostOf(parts, host), confirmation?.gate ?? "switch", rights);
  return confirmation === null ? own : stricter(confirmation, own);
}

/** Words that do not count any more are dropped, and the card says what it takes now. */
function asItIsNow(parts: EngineParts, deployment: Deployment, rights: Rights, at: string): Deployment {
  const rule = presentRule(parts, deployment, rights);
  const { confirmation } = deployment;
  const isSame =
    confirmation === null ||
    (rule.people === confirmation.people && rule.needsApprover === confirmation.needsApprover);
  const ruled = isSame ? deployment : { ...deployment, confirmation: { ...confirmation, ...rule } };
  return withoutLost(ruled, rule, rights, at);
}

function obstacleFor(parts: EngineParts, deployment: Deployment, around: Around): Refusal | null {
  const { host, confirmation } = deployment;
  const { open, locks } = aroundFor(parts.fleet(), around, host);
  const rollback = goesBack(deployment) ? null : rollbackAtWork(open, host);
  if (rollback !== null) {
    return refuseForRollback(host, rollback);
  }
  const at = now(parts);
  const lock = goesBack(deployment) ? null : lockOn(locks, host, at);
  if (lock !== null) {
    return refuseLocked(host, lock, locksOn(locks, host, at));
  }
  return confirmation?.gate === "switch"
    ? refuseClosed(deployment, hostOf(parts, host), parts.clock.now())
    : null;
}

/** Somebody whose word some of them have already may give it to the others. */
function firstRefusal(judged: readonly { one: Deployment; worth: Judged }[]): Refusal | null {
  const isNew = judged.some(({ worth }) => worth.kind !== "refused");
  for (const { one, worth } of judged) {
    if (worth.kind === "refused" && !(worth.reason === "twice" && isNew)) {
      return refuseApproval(one, worth.reason);
    }
  }
  return null;
}
