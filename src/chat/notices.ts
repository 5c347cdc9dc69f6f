import { bounds } from "../config/bounds.ts";
import type { FleetFile } from "../config/fleet-file.ts";
import { noticePlace, noticesOf } from "../fleet/notices.ts";
import type { Store } from "../store/store.ts";
import type { Channel } from "./channel.ts";
import { noticeDrawer } from "./draw-thread.ts";
import { type LiveThreads, type LiveThreadsOptions, liveThreads } from "./live-threads.ts";
import { soughtChannel } from "./platform/sought-channel.ts";

export interface NoticesOptions
  extends Omit<LiveThreadsOptions, "channel" | "place" | "draw" | "contentOf" | "owedFor" | "store"> {
  readonly surface: Channel["surface"];
  /** Looks for a channel by its name or id; fails with a DeliveryError where the bot cannot post there. */
  readonly find: (channel: string) => Promise<Channel>;
  readonly store: LiveThreadsOptions["store"] & Pick<Store, "run" | "deployment">;
  readonly fleet: () => FleetFile;
}

/**
 * Tells the channels that fleet.yaml's `notify` names before and after their hosts change. They are kept as threads
 * are, so a channel that is away is caught up with, and nothing in a deployment waits for one.
 */
export function keepNotices(options: NoticesOptions): Pick<LiveThreads, "stop" | "health"> {
  const { surface, find, desk, store, fleet } = options;
  const places = new Map<string, LiveThreads>();

  function open(place: string): void {
    if (places.has(place)) {
      return;
    }
    const { channel } = noticePlace(place);
    const threads = liveThreads({
      ...options,
      place,
      channel: soughtChannel(surface, () => find(channel), options.clock, options.random ?? Math.random),
      draw: noticeDrawer(store, fleet, place),
      contentOf: async () => "",
      owedFor: bounds.notices.owedFor,
    });
    places.set(place, threads);
    void threads.start();
  }

  const openAll = () => noticesOf(fleet(), surface).map(open);
  // fleet.yaml may name another one at any time.
  const unsubscribe = desk.subscribe(null, openAll);
  void resume();

  /** What is owed to a channel that is no longer named is taken back by its own worker. */
  async function resume(): Promise<void> {
    openAll();
    for (const { surface: place } of await store.threads()) {
      if (place.startsWith(`${surface}:`)) {
        open(place);
      }
    }
  }

  return {
    async stop() {
      unsubscribe();
      await Promise.all([...places.values()].map((threads) => threads.stop()));
    },
    health() {
      // A channel that fleet.yaml names no more is nobody's trouble, and has nothing more to work by.
      const named = noticesOf(fleet(), surface);
      const troubled = [...places]
        .filter(([place]) => named.includes(place))
        .map(([place, threads]) => ({ place, ...threads.health() }))
        .filter(({ ok }) => !ok)
        .map(({ place, detail }) => `${place}: ${detail}`);
      return troubled.length === 0
        ? { ok: true, detail: `${places.size} channels to notify` }
        : { ok: false, detail: troubled.join("; ") };
    },
  };
}
