import { yesWords } from "../deploy/act-words.ts";
import type { Mode } from "../deploy/deployment.ts";
import { actorOf } from "../deploy/parts.ts";
import { deploymentCard } from "../views/deployment-card.ts";
import type { Reply } from "./desk.ts";
import { refusalFor } from "./dispatch.ts";
import type { Permission } from "./permissions.ts";
import type { Call } from "./spec.ts";

/** Whoever may start something may end it. */
const permissionFor: Readonly<Record<Mode, Permission>> = {
  deploy: "deploy",
  "dry-run": "deploy",
  "build-only": "build",
  rollback: "rollback",
  diff: "build",
  gc: "deploy",
  prune: "deploy",
  reboot: "deploy",
};

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
    : refusalFor(call, permissionFor[deployment.mode], deployment.host);
}

/** The one way to decide a card: typed, clicked or asked for over HTTP. */
export async function decide(call: Call, id: string, action: "switch" | "cancel"): Promise<Reply> {
  const refusal = await refusalToDecide(call, id);
  if (refusal !== null) {
    return refusal;
  }
  const decided = await call.tools.engine.decide(id, action, actorOf(call.who));
  return decided.kind === "refused"
    ? decided
    : {
        kind: "answer",
        text: action === "switch" ? yesWords(decided.deployment) : `${id} is being cancelled.`,
        blocks: deploymentCard(decided.deployment, null),
      };
}
