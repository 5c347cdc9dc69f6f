import { type Deployment, isOpen } from "../deploy/deployment.ts";
import type { LogFiles } from "../logs/log-files.ts";
import type { Follow, LogPiece } from "../logs/log-reader.ts";
import type { Store } from "../store/store.ts";
import type { Events } from "./events.ts";

export interface LogParts {
  readonly events: Events;
  readonly store: Pick<Store, "deployment">;
  readonly logs: LogFiles;
}

/** The log so far, or until the deployment ends or whoever reads it goes; from a byte on it is one piece. */
export async function openLog(
  { events, store, logs }: LogParts,
  deployment: Deployment,
  asked: { readonly follow: boolean; readonly from: number | null; readonly signal: AbortSignal },
): Promise<LogPiece> {
  const { follow, from, signal } = asked;
  let isOver = !isOpen(deployment);
  const watch: Follow | null = follow ? { isOver: () => isOver, signal } : null;

  /** Knows when the deployment has ended, as long as it is read. */
  async function* watched(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    const stop = events.subscribe(null, (event) => {
      if (event.kind === "deployment" && event.deployment.id === deployment.id) {
        isOver = !isOpen(event.deployment);
      }
    });
    try {
      // It may have ended between the look and the subscription.
      const latest = await store.deployment(deployment.id);
      isOver ||= latest === undefined || !isOpen(latest);
      yield* chunks;
    } finally {
      stop();
    }
  }

  const piece =
    from === null
      ? { from: 0, words: 0, chunks: logs.read(deployment.log, watch) }
      : await logs.piece(deployment.log, from, watch);
  return watch === null ? piece : { ...piece, chunks: watched(piece.chunks) };
}
