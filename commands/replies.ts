import type { Reply } from "../src/chat/desk.ts";
import type { Refusal, Started } from "../src/deploy/requests.ts";
import { deploymentCard } from "../src/views/deployment-card.ts";
import { runCard } from "../src/views/run-card.ts";

export function startedReply(started: Started | Refusal): Reply {
  if (started.kind === "refused") {
    return started;
  }
  const [only, ...others] = started.deployments;
  return {
    kind: "started",
    run: started.run.id,
    deployments: started.run.deployments,
    text: `${started.run.id}: ${started.run.command}`,
    blocks:
      only !== undefined && others.length === 0
        ? deploymentCard(only, null)
        : runCard(started.run, started.deployments),
  };
}
