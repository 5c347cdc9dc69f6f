import type { Clock } from "../config/clock.ts";
import { repairs, slowly } from "../config/repairs.ts";
import type { ToldTroubles } from "../store/told-file.ts";
import type { Trouble, TroubleList } from "../troubles/troubles.ts";
import { troubleBlocks, troubleLine } from "../views/troubles.ts";
import { type Channel, DeliveryError } from "./channel.ts";

export interface TellTroublesOptions {
  readonly channel: Channel;
  readonly troubles: Pick<TroubleList, "all" | "subscribe">;
  readonly told: ToldTroubles;
  readonly clock: Clock;
  readonly log: { warn(details: object, message: string): void };
}

/** Milliseconds between two looks where nothing changes: one that was over for a while is forgotten then. */
const lookEvery = 15_000;

/**
 * Tells each trouble of the bot once in a channel, and again only when it was over and came back. Not its own platform's: what can be
 * read there is over.
 */
export function tellTroubles({ channel, troubles, told, clock, log }: TellTroublesOptions): {
  stop(): Promise<void>;
} {
  const ending = new AbortController();
  const { signal } = ending;
  const tries = new Map<string, { count: number; firstAt: number; nextAt: number }>();
  let wake = () => {};
  const unsubscribe = troubles.subscribe(() => wake());

  async function tell(trouble: Trouble): Promise<void> {
    const id = `${trouble.key} ${trouble.since}`;
    const before = tries.get(id);
    if (before !== undefined && clock.now() < before.nextAt) {
      return;
    }
    try {
      await channel.post(
        {
          key: `trouble/${id}`,
          thread: null,
          threadName: "Trouble",
          text: troubleLine(trouble),
          blocks: troubleBlocks([trouble]),
          mention: null,
          broadcast: false,
        },
        before?.firstAt ?? null,
      );
    } catch (error) {
      const count = (before?.count ?? 0) + 1;
      log.warn({ err: error, trouble: trouble.key, tries: count }, `${channel.surface}: telling a trouble`);
      // Where nothing can be posted now, the next try waits in the channel; a message that is not taken is done without.
      if (!(error instanceof DeliveryError && error.failure === "refused" && count >= repairs.message.most)) {
        const asked = error instanceof DeliveryError ? error.retryAfter : null;
        const wait = Math.max(asked ?? 0, slowly(repairs.troublePosts, count, 0));
        tries.set(id, { count, firstAt: before?.firstAt ?? clock.now(), nextAt: clock.now() + wait });
        return;
      }
    }
    tries.delete(id);
    await told.tell(trouble, channel.surface);
  }

  async function work(): Promise<void> {
    while (!signal.aborted) {
      const changed = Promise.withResolvers<void>();
      wake = changed.resolve;
      for (const trouble of told.untold(troubles.all(), channel.surface)) {
        if (!signal.aborted && trouble.key !== `chat:${channel.surface}`) {
          await tell(trouble);
        }
      }
      const over = new AbortController();
      const rest = clock.sleep(lookEvery, AbortSignal.any([signal, over.signal])).catch(() => {});
      await Promise.race([changed.promise, rest]);
      over.abort();
    }
  }

  const working = work().catch((error: unknown) => {
    log.warn({ err: error }, `${channel.surface}: telling troubles`);
  });
  return {
    async stop() {
      unsubscribe();
      ending.abort();
      wake();
      await working;
    },
  };
}
