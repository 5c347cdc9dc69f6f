import { decide, membersOf, noteLost, refuseUnknown, rightsFor } from "./decide.ts";
import { type Deployment, isOpen } from "./deployment.ts";
import { type EngineParts, now } from "./parts.ts";
import { refuseDecision } from "./refusals.ts";
import type { Click, DecidedRun, Refusal } from "./requests.ts";
import { asking, onTheWay } from "./rollout.ts";
import type { Run } from "./run.ts";
import { canDecide } from "./transitions.ts";
import { type Weighed, weighYes } from "./weigh.ts";
import type { Work } from "./work.ts";

/** Decides for all hosts of a run at once, under the strictest of their rules: for each of them, or for none. */
export async function decideRun(
  parts: EngineParts,
  work: Work,
  id: string,
  action: "switch" | "cancel",
  click: Click,
): Promise<DecidedRun | Refusal> {
  const run = await parts.store.run(id);
  if (run === undefined) {
    return refuseUnknown("run", id);
  }
  return action === "cancel" ? cancelRun(parts, work, run, click) : switchRun(parts, work, run, click);
}

async function switchRun(
  parts: EngineParts,
  work: Work,
  run: Run,
  click: Click,
): Promise<DecidedRun | Refusal> {
  const rights = await rightsFor(parts, await membersOf(parts, run.deployments), click);
  let before: readonly Deployment[] = [];
  let outcome: Weighed | null = null;
  await parts.store.updateAll(run.deployments, (members, around) => {
    before = members;
    const wanted = asking(members);
    if (wanted.length === 0 || !wanted.every((one) => canDecide(one, now(parts)))) {
      return members;
    }
    const weighed = weighYes(parts, run.id, wanted, around, click, rights);
    outcome = weighed;
    return members.map((one) => weighed.deployments.find(({ id }) => id === one.id) ?? one);
  });
  // TypeScript does not see that the callback has run.
  const weighed = outcome as Weighed | null;
  if (weighed === null) {
    return refuseRun(run, await membersOf(parts, run.deployments), now(parts));
  }
  for (const one of weighed.deployments) {
    const earlier = before.find(({ id }) => id === one.id);
    if (earlier !== undefined && earlier !== one) {
      parts.onChange(one);
      work.task(one.id)?.wake();
      await noteLost(parts, earlier, one);
    }
  }
  return weighed.kind === "refused"
    ? weighed.refusal
    : { kind: weighed.kind, run, deployments: weighed.deployments, left: [] };
}

async function cancelRun(
  parts: EngineParts,
  work: Work,
  run: Run,
  click: Click,
): Promise<DecidedRun | Refusal> {
  const members = await membersOf(parts, run.deployments);
  const wanted = members.filter(isOpen);
  if (wanted.length === 0) {
    return refuseRun(run, members, now(parts));
  }
  const taken: Deployment[] = [];
  const refusals: { readonly host: string; readonly refusal: Refusal }[] = [];
  for (const { id, host } of wanted) {
    const answer = await decide(parts, work, id, "cancel", click);
    if (answer.kind === "refused") {
      refusals.push({ host, refusal: answer });
    } else {
      taken.push(answer.deployment);
    }
  }
  const [first] = refusals;
  return taken.length === 0 && first !== undefined
    ? first.refusal
    : {
        kind: "decided",
        run,
        deployments: taken,
        left: refusals.map(({ host, refusal }) => ({ host, why: refusal.message })),
      };
}

/** Why there is nothing to decide for a run. */
function refuseRun({ id }: Run, members: readonly Deployment[], at: string): Refusal {
  const open = members.filter(isOpen);
  const late = asking(members).find((one) => !canDecide(one, at));
  const expired = late === undefined ? null : refuseDecision(late, "switch", false);
  if (expired !== null) {
    return expired;
  }
  if (open.length === 0) {
    return { kind: "refused", code: "already-decided", message: `${id} has ended.`, help: null };
  }
  const behind = onTheWay(members);
  const decided = open.find(({ confirmation }) => (confirmation?.decision ?? null) !== null);
  if (behind.length === 0 && decided !== undefined) {
    const by = decided.confirmation?.decision?.by.name ?? "";
    return {
      kind: "refused",
      code: "already-decided",
      message: `${by} decided already for ${id}.`,
      help: null,
    };
  }
  const phases = behind.map(({ host, phase }) => `${host} is in ${phase}`).join(", ");
  return {
    kind: "refused",
    code: "not-ready",
    message: `${id} is not ready: there is nothing to decide yet${phases === "" ? "" : ` (${phases})`}.`,
    help: "Its card will ask.",
  };
}
