import { type Deployment, isOpen } from "../deploy/deployment.ts";
import type { LogFiles } from "../logs/log-files.ts";
import type { Store } from "../store/store.ts";
import type { Events } from "./events.ts";

export interface LogParts {
  readonly events: Events;
  readonly store: Pick<Store, "deployment">;
  readonly logs: LogFiles;
}

/** The log until the deployment ends, or whoever reads it goes. */
export async function* followLog(
  { events, store, logs }: LogParts,
  deployment: Deployment,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  let isOver = !isOpen(deployment);
  const stop = events.subscribe(null, (event) => {
    if (event.kind === "deployment" && event.deployment.id === deployment.id) {
      isOver = !isOpen(event.deployment);
    }
  });
  try {
    // It may have ended between the look and the subscription.
    const latest = await store.deployment(deployment.id);
    isOver ||= latest === undefined || !isOpen(latest);
    yield* logs.read(deployment.log, { isOver: () => isOver, signal });
  } finally {
    stop();
  }
}
