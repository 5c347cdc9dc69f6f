import { yesWords } from "../deploy/act-words.ts";
import { type Deployment, isOpen, type Mode } from "../deploy/deployment.ts";
import { actorOf } from "../deploy/parts.ts";
import type { Decided } from "../deploy/requests.ts";
import { isWatched } from "../deploy/watching.ts";
import { deploymentCard } from "../views/deployment-card.ts";
import { text } from "./blocks.ts";
import type { Reply } from "./desk.ts";
import { refusalFor } from "./dispatch.ts";
import { mayDo, type Permission } from "./permissions.ts";
import type { Call } from "./spec.ts";

/** Whoever may start something may end it, and so may whoever may say the second word. */
const permissionFor: Readonly<Record<Mode, Permission>> = {
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
function permissionToDecide({ mode, isForward }: Deployment): Permission {
  return mode === "rollback" && isForward === true ? permissionFor.deploy : permissionFor[mode];
}

/** Null for whoever may decide this card. */
export async function refusalToDecide(call: Call, id: string): Promise<Reply | null> {
  const deployment = await call.tools.store.deployment(id);
  return deployment === undefined
    ? {
        kind: "refused",
        code: "unknown-id",
        message: `There is no deployment ${JSON.stringify(id)}.`,
        help: null,
      }
    : refusalFor(call, permissionToDecide(deployment), deployment.host);
}

/** A run is decided for all its hosts: whoever may not decide one of them may not decide it. */
async function decideWholeRun(call: Call, id: string, action: "switch" | "cancel"): Promise<Reply> {
  const { store, engine, fleet } = call.tools;
  const run = await store.run(id);
  const found = await Promise.all((run?.deployments ?? []).map((one) => store.deployment(one)));
  const open = found.filter((one) => one !== undefined && isOpen(one));
  const hosts = open.flatMap((one) => (one === undefined ? [] : [one]));
  for (const one of hosts) {
    const refusal = refusalFor(call, permissionToDecide(one), one.host);
    if (refusal !== null) {
      return refusal;
    }
  }
  const isApprover = hosts.every(
    ({ host }) => mayDo(fleet(), call.who, "approve-special", host).kind === "allowed",
  );
  const decided = await engine.decideRun(id, action, actorOf(call.who), isApprover);
  if (decided.kind === "refused") {
    return decided;
  }
  const names = decided.deployments.map(({ host }) => host).join(", ");
  const said =
    action === "cancel"
      ? `${id} is being ${decided.deployments.every(isWatched) ? "watched no more" : "cancelled"}: ${names}.`
      : decided.kind === "approved"
        ? `Your word counts for ${id}. It takes somebody else's, too.`
        : `${names}: they switch one after the other, and the first that goes wrong stops the rest.`;
  return { kind: "answer", text: said, blocks: [text(said)] };
}

/** The one way to decide a card: typed, clicked or asked for over HTTP. */
export async function decide(call: Call, id: string, action: "switch" | "cancel"): Promise<Reply> {
  if (id.startsWith("r-")) {
    return decideWholeRun(call, id, action);
  }
  const refusal = await refusalToDecide(call, id);
  if (refusal !== null) {
    return refusal;
  }
  const host = (await call.tools.store.deployment(id))?.host ?? null;
  const isApprover = mayDo(call.tools.fleet(), call.who, "approve-special", host).kind === "allowed";
  const decided = await call.tools.engine.decide(id, action, actorOf(call.who), isApprover);
  return decided.kind === "refused"
    ? decided
    : {
        kind: "answer",
        text: decidedText(decided, action),
        blocks: deploymentCard(decided.deployment, null),
      };
}

function decidedText({ kind, deployment }: Decided, action: "switch" | "cancel"): string {
  const { id, host, confirmation } = deployment;
  if (action === "cancel") {
    return isWatched(deployment)
      ? `${host} is not watched any more; what runs there stays.`
      : `${id} is being cancelled.`;
  }
  if (kind === "approved") {
    return `Your word counts for ${id}. It takes somebody else's, too.`;
  }
  return confirmation?.gate === "copy" ? `${id} may go on to ${host}.` : yesWords(deployment);
}
