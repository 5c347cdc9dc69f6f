import { judge, ruleFor, stricter } from "./approvals.ts";
import type { Deployment } from "./deployment.ts";
import { lockOn } from "./locks.ts";
import { type EngineParts, hostOf, now } from "./parts.ts";
import type { Around } from "./queue.ts";
import { refuseApproval, refuseClosed, refuseDecision, refuseLocked } from "./refusals.ts";
import type { Click, Decided, Refusal } from "./requests.ts";
import { approveDeployment, canDecide, decideDeployment } from "./transitions.ts";
import type { Work } from "./work.ts";

/** Decides a card once, where it stands: everything is looked at in the one place that compares and sets. */
export async function decide(
  parts: EngineParts,
  work: Work,
  id: string,
  action: "switch" | "cancel",
  click: Click,
): Promise<Decided | Refusal> {
  const { store } = parts;
  const found = await store.deployment(id);
  if (found === undefined) {
    return {
      kind: "refused",
      code: "unknown-id",
      message: `There is no deployment ${JSON.stringify(id)}.`,
      help: null,
    };
  }
  let weighed: Weighed = { kind: "untouched" };
  const latest = await store.update(id, (deployment, around) => {
    weighed = weigh(parts, deployment, around, action, click);
    return weighed.kind === "decided" || weighed.kind === "approved" ? weighed.deployment : deployment;
  });
  // TypeScript does not see that the callback has run.
  const result = weighed as Weighed;
  if (result.kind === "refused") {
    return result;
  }
  const task = work.task(id);
  if (result.kind !== "untouched" && latest !== undefined) {
    parts.onChange(latest);
    task?.wake();
    return { kind: result.kind, deployment: latest };
  }
  const undecided = (await store.deployment(id)) ?? found;
  const refusal = refuseDecision(undecided, action, task !== undefined);
  if (refusal !== null) {
    return refusal;
  }
  task?.stop({ kind: "cancelled", by: click.by });
  return { kind: "decided", deployment: undecided };
}

type Weighed =
  | { readonly kind: "untouched" }
  | { readonly kind: "decided" | "approved"; readonly deployment: Deployment }
  | Refusal;

/** What a click does to a record. Pure but for fleet.yaml and the time. */
function weigh(
  parts: EngineParts,
  deployment: Deployment,
  { locks }: Around,
  action: "switch" | "cancel",
  { by, isApprover }: Click,
): Weighed {
  const at = now(parts);
  const { confirmation, mode, host } = deployment;
  if (!canDecide(deployment, at) || confirmation === null) {
    return { kind: "untouched" };
  }
  const decision = { action, by, at };
  if (action === "cancel") {
    return { kind: "decided", deployment: decideDeployment(deployment, decision) };
  }
  const lock = mode === "rollback" ? null : lockOn(locks, host, at);
  const closed =
    confirmation.gate === "switch" ? refuseClosed(deployment, hostOf(parts, host), parts.clock.now()) : null;
  if (lock !== null || closed !== null) {
    return lock === null ? (closed ?? { kind: "untouched" }) : refuseLocked(host, lock);
  }
  const rule = stricter(confirmation, ruleFor(deployment, hostOf(parts, host), confirmation.gate));
  const judged = judge(deployment, rule, { by, at, isApprover });
  switch (judged.kind) {
    case "refused":
      return refuseApproval(deployment, judged.reason);
    case "counts":
      return { kind: "approved", deployment: approveDeployment(deployment, judged.approval) };
    case "decides":
      return { kind: "decided", deployment: decideDeployment(deployment, decision, judged.approval) };
  }
}
