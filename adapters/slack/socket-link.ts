import type { SocketModeReceiver } from "@slack/bolt";
import { type Pacing, within } from "../../src/chat/platform/backoff.ts";
import { type Fields, fieldsOf } from "../../src/chat/platform/json.ts";
import type { PlatformLog } from "../../src/chat/platform/parts.ts";

/** One WebSocket to Slack, from its opening to its end. */
export interface Link {
  /** Rejects when it could not be opened. */
  readonly opened: Promise<unknown>;
  /** It is over, or Slack announced that it soon will be. */
  readonly over: Promise<"lost" | "announced">;
  end(): Promise<void>;
}

/** How long Slack may take for a step of the ending. */
const patience = 1_000;

export function openLink(receiver: SocketModeReceiver, log: PlatformLog, clock: Pacing["clock"]): Link {
  const { promise: over, resolve } = Promise.withResolvers<"lost" | "announced">();
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  guardFrames(receiver, log, (frame) => {
    if (frame["type"] === "disconnect") {
      resolve("announced");
    }
  });
  receiver.client.on("disconnected", () => {
    close();
    resolve("lost");
  });
  const opened: Promise<unknown> = receiver.start();
  opened.catch(() => {});
  return {
    opened,
    over,
    async end() {
      // A client that is stopped while it connects, or not asked twice, leaves a timer of 30 s behind.
      await within(patience, "opening", opened, clock).catch(() => {});
      void receiver.stop().catch(() => {});
      await within(patience, "closing", closed, clock).catch(() => receiver.stop());
    },
  };
}

/**
 * Lets through only frames that are objects. Bolt's client reads anything that is JSON, and its failure would be an
 * unhandled rejection, which ends the bot.
 */
function guardFrames({ client }: SocketModeReceiver, log: PlatformLog, look: (frame: Fields) => void): void {
  const handlers = client.listeners("ws_message");
  client.removeAllListeners("ws_message");
  client.on("ws_message", (data: unknown, isBinary: unknown) => {
    const frame = typeof data === "string" ? frameOf(data) : null;
    if (frame === null) {
      log.warn({}, "slack: a frame that is no JSON object was left alone");
      return;
    }
    const read = async () => {
      for (const handle of handlers) {
        await handle(data, isBinary);
      }
    };
    read().catch((error: unknown) => log.error({ err: error }, "slack: reading a frame"));
    look(frame);
  });
}

function frameOf(data: string): Fields | null {
  try {
    const frame: unknown = JSON.parse(data);
    return typeof frame === "object" && frame !== null && !Array.isArray(frame) ? fieldsOf(frame) : null;
  } catch {
    return null;
  }
}
