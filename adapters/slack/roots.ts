import type { MessageRef } from "../../src/chat/channel.ts";
import { reasonOf } from "./slack-error.ts";
import type { SlackLog, WebClient } from "./types.ts";

/** Where the threads begin, so that an answer can link to one. */
export interface Roots {
  posted(key: string, ref: MessageRef): void;
  /** Waits a moment for the root of this run; null when it is not there yet. */
  linkTo(run: string): Promise<string | null>;
}

const kept = 200;
/** How long an answer waits for the root, in milliseconds. */
const patience = 2_000;

export function createRoots(client: WebClient, log: SlackLog, signal: AbortSignal): Roots {
  const known = new Map<string, MessageRef>();
  const waiting = new Map<string, Set<(ref: MessageRef | null) => void>>();

  function rootOf(run: string): Promise<MessageRef | null> {
    const key = `${run}/root`;
    const ref = known.get(key);
    if (ref !== undefined) {
      return Promise.resolve(ref);
    }
    const { promise, resolve } = Promise.withResolvers<MessageRef | null>();
    const all = waiting.get(key) ?? new Set();
    waiting.set(key, all.add(resolve));
    const timer = setTimeout(() => resolve(null), patience);
    const giveUp = () => resolve(null);
    signal.addEventListener("abort", giveUp);
    return promise.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
      all.delete(resolve);
      if (all.size === 0) {
        waiting.delete(key);
      }
    });
  }

  return {
    posted(key, ref) {
      if (!key.endsWith("/root")) {
        return;
      }
      known.delete(key);
      known.set(key, ref);
      const [oldest] = known.keys();
      if (known.size > kept && oldest !== undefined) {
        known.delete(oldest);
      }
      for (const tell of waiting.get(key) ?? []) {
        tell(ref);
      }
    },
    async linkTo(run) {
      const ref = await rootOf(run);
      if (ref === null) {
        return null;
      }
      try {
        const { permalink } = await client.chat.getPermalink({ channel: ref.channel, message_ts: ref.id });
        // It stands between < and |, so nothing in it may end the link.
        return permalink !== undefined && /^https:\/\/[^\s<>|]+$/.test(permalink) ? permalink : null;
      } catch (error) {
        log.debug({ run, reason: reasonOf(error) }, "slack: a link to a thread");
        return null;
      }
    },
  };
}
