import { judge, type Rule, ruleFor, stricter } from "./approvals.ts";
import { awaitsDecision, type Deployment, isOpen } from "./deployment.ts";
import { lockOn, locksOn } from "./locks.ts";
import { goesBack } from "./modes.ts";
import { type EngineParts, hostOf, now } from "./parts.ts";
import { type Around, rollbackAtWork } from "./queue.ts";
import { refuseApproval, refuseClosed, refuseDecision, refuseForRollback, refuseLocked } from "./refusals.ts";
import type { Click, Decided, DecidedRun, Refusal } from "./requests.ts";
import { asking } from "./rollout.ts";
import { aroundFor } from "./same-machine.ts";
import { approveDeployment, canDecide, decideDeployment } from "./transitions.ts";
import type { Work } from "./work.ts";

/** Decides a card once, where it stands: everything is looked at in the one place that compares and sets. */
export async function decide(
  parts: EngineParts,
  work: Work,
  id: string,
  action: "switch" | "cancel",
  click: Click,
  runRule: Rule | null = null,
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
  if (found.isTogether && runRule === null && action === "switch" && isOpen(found)) {
    return {
      kind: "refused",
      code: "not-ready",
      message: `The hosts of ${found.run} are decided together.`,
      help: `/confirm ${found.run} is for all of them; /cancel ${id} leaves this one out.`,
    };
  }
  let weighed: Weighed = { kind: "untouched" };
  const latest = await store.update(id, (deployment, around) => {
    weighed = weigh(parts, deployment, around, action, click, runRule);
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

/** Decides for all hosts of a run at once, under the strictest of their rules: for each of them, or for none. */
export async function decideRun(
  parts: EngineParts,
  work: Work,
  id: string,
  action: "switch" | "cancel",
  click: Click,
): Promise<DecidedRun | Refusal> {
  const { store } = parts;
  const run = await store.run(id);
  if (run === undefined) {
    return {
      kind: "refused",
      code: "unknown-id",
      message: `There is no run ${JSON.stringify(id)}.`,
      help: null,
    };
  }
  const found = (await Promise.all(run.deployments.map((one) => store.deployment(one)))).filter(
    (one) => one !== undefined,
  );
  const wanted = action === "cancel" ? found.filter(isOpen) : asking(found, awaitsDecision);
  const [first] = wanted;
  if (first === undefined) {
    const isOver = found.every((one) => !isOpen(one));
    return {
      kind: "refused",
      code: isOver ? "already-decided" : "not-ready",
      message: isOver ? `${id} has ended.` : `${id} is not ready: there is nothing to decide yet.`,
      help: isOver ? null : "Its card will ask.",
    };
  }
  const around = { open: await store.open(), locks: await store.locks(), machines: await store.machines() };
  const rule = strictestRule(parts, wanted);
  const judged = wanted.map((one) => weigh(parts, one, around, action, click, rule));
  const refusal = judged.find((one) => one.kind === "refused");
  if (refusal?.kind === "refused") {
    return refusal;
  }
  const decided: (Decided | Refusal)[] = [];
  for (const one of wanted) {
    decided.push(await decide(parts, work, one.id, action, click, rule));
  }
  const taken = decided.filter((one) => one.kind !== "refused");
  const [firstRefusal] = decided.filter((one) => one.kind === "refused");
  return taken.length === 0 && firstRefusal !== undefined
    ? firstRefusal
    : {
        kind: taken.some(({ kind }) => kind === "decided") ? "decided" : "approved",
        run,
        deployments: taken.map(({ deployment }) => deployment),
      };
}

function strictestRule(parts: EngineParts, deployments: readonly Deployment[]): Rule {
  return deployments
    .map((one) => ruleFor(one, hostOf(parts, one.host), one.confirmation?.gate ?? "switch"))
    .reduce(stricter, { people: 1, needsApprover: false });
}

type Weighed =
  | { readonly kind: "untouched" }
  | { readonly kind: "decided" | "approved"; readonly deployment: Deployment }
  | Refusal;

/** What a click does to a record. Pure but for fleet.yaml and the time. */
function weigh(
  parts: EngineParts,
  deployment: Deployment,
  around: Around,
  action: "switch" | "cancel",
  { by, isApprover }: Click,
  runRule: Rule | null,
): Weighed {
  const at = now(parts);
  const { confirmation, host } = deployment;
  const { locks, open } = aroundFor(parts.fleet(), around, host);
  if (!canDecide(deployment, at) || confirmation === null) {
    return { kind: "untouched" };
  }
  const decision = { action, by, at };
  if (action === "cancel") {
    return { kind: "decided", deployment: decideDeployment(deployment, decision) };
  }
  const rollback = goesBack(deployment) ? null : rollbackAtWork(open, host);
  if (rollback !== null) {
    return refuseForRollback(host, rollback);
  }
  const lock = goesBack(deployment) ? null : lockOn(locks, host, at);
  const closed =
    confirmation.gate === "switch" ? refuseClosed(deployment, hostOf(parts, host), parts.clock.now()) : null;
  if (lock !== null || closed !== null) {
    return lock === null
      ? (closed ?? { kind: "untouched" })
      : refuseLocked(host, lock, locksOn(locks, host, at));
  }
  const own = stricter(confirmation, ruleFor(deployment, hostOf(parts, host), confirmation.gate));
  const rule = runRule === null ? own : stricter(own, runRule);
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
