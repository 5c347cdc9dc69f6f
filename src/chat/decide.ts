import { yesWords } from "../deploy/act-words.ts";
import { actWords, asksTwice, digestOf } from "../deploy/consent.ts";
import { awaitsDecision, type Deployment, isOpen } from "../deploy/deployment.ts";
import { actorOf } from "../deploy/parts.ts";
import { refuseChanged } from "../deploy/refusals.ts";
import type { Decided, DecidedRun } from "../deploy/requests.ts";
import { rightToDecide } from "../deploy/rights.ts";
import { asking } from "../deploy/rollout.ts";
import { isWatched } from "../deploy/watching.ts";
import { deploymentCard } from "../views/deployment-card.ts";
import { text } from "./blocks.ts";
import type { BeforeYes, Refused, Reply } from "./desk.ts";
import { refusalFor } from "./dispatch.ts";
import { mayDo } from "./permissions.ts";
import type { Call } from "./spec.ts";

/** What an id of a deployment or a run is about; a refusal for one that is not there, or that this person may not decide. */
async function read(
  call: Call,
  id: string,
): Promise<{ readonly kind: "found"; readonly deployments: readonly Deployment[] } | Refused> {
  const { store } = call.tools;
  const isRun = id.startsWith("r-");
  const run = isRun ? await store.run(id) : undefined;
  if (isRun && run === undefined) {
    return unknown("run", id);
  }
  const found = await Promise.all((run?.deployments ?? [id]).map((one) => store.deployment(one)));
  const deployments = found.filter((one) => one !== undefined);
  if (deployments.length === 0) {
    return unknown("deployment", id);
  }
  // Whoever may not decide one of the hosts of a run may not decide it.
  for (const one of isRun ? deployments.filter(isOpen) : deployments) {
    const refusal = refusalFor(call, rightToDecide(one), one.host);
    if (refusal !== null) {
      return refusal;
    }
  }
  return { kind: "found", deployments };
}

function unknown(what: "deployment" | "run", id: string): Refused {
  const message = `There is no ${what} ${JSON.stringify(id)}.`;
  return { kind: "refused", code: "unknown-id", message, help: null };
}

/**
 * What a surface has to know before it asks for a second word in a dialog. The answer comes from what there is now, and never
 * from the button; the yes that follows is compared with the digest once more.
 */
export async function beforeYes(call: Call, id: string, digest: string | null): Promise<BeforeYes> {
  const found = await read(call, id);
  if (found.kind === "refused") {
    return found;
  }
  const wanted = id.startsWith("r-") ? asking(found.deployments) : found.deployments.filter(awaitsDecision);
  // One that asks nothing is refused with the reason by the yes itself.
  if (wanted.length > 0 && digest !== digestOf(wanted)) {
    return refuseChanged(id, digest, wanted);
  }
  const hosts = wanted.filter(asksTwice).map(({ host }) => host);
  return hosts.length === 0 ? { kind: "go" } : { kind: "ask", hosts };
}

/** The one way to decide a card: typed, clicked or asked for over HTTP. */
export async function decide(
  call: Call,
  id: string,
  action: "switch" | "cancel",
  digest: string | null,
): Promise<Reply> {
  const found = await read(call, id);
  if (found.kind === "refused") {
    return found;
  }
  const { engine, fleet } = call.tools;
  const isApprover = found.deployments
    .filter(isOpen)
    .every(({ host }) => mayDo(fleet(), call.who, "approve-special", host).kind === "allowed");
  const by = actorOf(call.who);
  if (id.startsWith("r-")) {
    const decided = await engine.decideRun(id, action, by, isApprover, digest);
    const said = decided.kind === "refused" ? "" : runText(decided, action);
    return decided.kind === "refused" ? decided : { kind: "answer", text: said, blocks: [text(said)] };
  }
  const decided = await engine.decide(id, action, by, isApprover, digest);
  return decided.kind === "refused"
    ? decided
    : {
        kind: "answer",
        text: decidedText(decided, action),
        blocks: deploymentCard(decided.deployment, null),
      };
}

function runText({ kind, run, deployments, left }: DecidedRun, action: "switch" | "cancel"): string {
  if (action === "cancel") {
    const rest = left.map(({ host, why }) => `${host} goes on: ${why}`);
    return [...deployments.map(cancelText), ...rest].join(" ");
  }
  const names = deployments.map(({ host }) => host).join(", ");
  if (kind === "approved") {
    return `Your word counts for ${run.id} (${names}). It takes somebody else's, too.`;
  }
  const [only, ...others] = deployments;
  return only !== undefined && others.length === 0
    ? yesText(only)
    : deployments.some(({ confirmation }) => confirmation?.gate === "copy")
      ? `${names}: they may go on.`
      : `${names}: they switch one after the other, and the first that goes wrong stops the rest.`;
}

function decidedText({ kind, deployment }: Decided, action: "switch" | "cancel"): string {
  if (action === "cancel") {
    return cancelText(deployment);
  }
  return kind === "approved"
    ? `Your word counts for ${deployment.id}. It takes somebody else's, too.`
    : yesText(deployment);
}

function yesText(deployment: Deployment): string {
  const { id, host, confirmation } = deployment;
  return confirmation?.gate === "copy" ? `${id} may go on to ${host}.` : yesWords(deployment);
}

/** A cancel says what it stops, as the button may have stood under something else. */
function cancelText(deployment: Deployment): string {
  return isWatched(deployment)
    ? `${deployment.host} is not watched any more; what runs there stays.`
    : `${deployment.id} is being cancelled: it will not ${actWords(deployment)}.`;
}
