import { isSameActor } from "./approvals.ts";
import { lostEntry } from "./audit-entries.ts";
import { type Deployment, isOpen } from "./deployment.ts";
import { type EngineParts, now } from "./parts.ts";
import { refuseDecision } from "./refusals.ts";
import type { Click, Decided, Refusal } from "./requests.ts";
import { actorsIn, type Rights } from "./rights.ts";
import { canDecide, decideDeployment } from "./transitions.ts";
import { weighYes } from "./weigh.ts";
import type { Work } from "./work.ts";

type Taken =
  | { readonly kind: "untouched" }
  | { readonly kind: "decided" | "approved" }
  | { readonly kind: "refused"; readonly refusal: Refusal };

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
    return refuseUnknown("deployment", id);
  }
  if (found.isTogether && action === "switch" && isOpen(found)) {
    return {
      kind: "refused",
      code: "not-ready",
      message: `The hosts of ${found.run} are decided together.`,
      help: `/confirm ${found.run} is for all of them; /cancel ${id} leaves this one out.`,
    };
  }
  const rights = await rightsFor(parts, [found], click);
  let taken: Taken = { kind: "untouched" };
  const latest = await store.update(id, (deployment, around) => {
    if (!canDecide(deployment, now(parts))) {
      return deployment;
    }
    if (action === "cancel") {
      taken = { kind: "decided" };
      return decideDeployment(deployment, { action, by: click.by, at: now(parts) });
    }
    const weighed = weighYes(parts, id, [deployment], around, click, rights);
    taken = weighed;
    return weighed.deployments[0] ?? deployment;
  });
  if (latest !== undefined && latest !== found) {
    parts.onChange(latest);
    await noteLost(parts, found, latest);
  }
  // TypeScript does not see that the callback has run.
  const result = taken as Taken;
  if (result.kind === "refused") {
    return result.refusal;
  }
  const task = work.task(id);
  if (result.kind !== "untouched" && latest !== undefined) {
    task?.wake();
    return { kind: result.kind, deployment: latest };
  }
  const stored = (await store.deployment(id)) ?? found;
  // The task knows its phase best: it may have left the card since, and nothing comes between this look and the stop.
  const undecided = task === undefined ? stored : { ...stored, phase: task.context.record().phase };
  const refusal = refuseDecision(undecided, action, task !== undefined);
  if (refusal !== null) {
    return refusal;
  }
  task?.stop({ kind: "cancelled", by: click.by });
  return { kind: "decided", deployment: undecided };
}

/** Who clicks was seen a moment ago; everybody else is asked for again. */
export function rightsFor(
  { rights }: EngineParts,
  deployments: readonly Deployment[],
  { by }: Click,
): Promise<Rights> {
  return rights(deployments.flatMap(actorsIn).filter((actor) => !isSameActor(actor, by)));
}

/** Words that were dropped stand in the audit, each once. */
export async function noteLost(
  { audit, log }: EngineParts,
  before: Deployment,
  after: Deployment,
): Promise<void> {
  const known = before.confirmation?.lost?.length ?? 0;
  for (const word of after.confirmation?.lost?.slice(known) ?? []) {
    await audit(lostEntry(after, word)).catch((error: unknown) =>
      log.warn({ err: error }, "writing the audit"),
    );
  }
}

export function refuseUnknown(what: "deployment" | "run", id: string): Refusal {
  return {
    kind: "refused",
    code: "unknown-id",
    message: `There is no ${what} ${JSON.stringify(id)}.`,
    help: null,
  };
}

/** Those of a run that are there, in its order. */
export async function membersOf(
  { store }: Pick<EngineParts, "store">,
  ids: readonly string[],
): Promise<readonly Deployment[]> {
  const found = await Promise.all(ids.map((id) => store.deployment(id)));
  return found.filter((one) => one !== undefined);
}
