import type { Channel } from "../../../src/chat/channel.ts";
import { type LiveThreads, liveThreads } from "../../../src/chat/live-threads.ts";
import type { Pace } from "../../../src/chat/pacer.ts";
import type { Clock } from "../../../src/config/clock.ts";
import { isOpen } from "../../../src/deploy/deployment.ts";
import { type ThreadState, threadKey } from "../../../src/store/thread-state.ts";
import { runThread } from "../../../src/views/thread.ts";
import type { FakeDesk } from "../../fakes/fake-desk.ts";

/** As src/app.ts has it for Slack. */
export const slackPace = { posts: { every: 1_100, burst: 3 }, edits: { every: 1_300, burst: 5 } };

export interface ThreadRoom {
  readonly stored: Map<string, ThreadState>;
  /** The real live threads, on what earlier ones stored. */
  readonly open: (channel: Channel) => LiveThreads;
}

/** Threads of a fake desk, whose state outlives them as in a store. */
export function threadRoom(
  desk: FakeDesk,
  clock: Clock,
  pace: { readonly posts: Pace; readonly edits: Pace } = slackPace,
): ThreadRoom {
  const stored = new Map<string, ThreadState>();
  const keyOf = ({ surface, run }: Pick<ThreadState, "surface" | "run">) => threadKey(surface, run);
  return {
    stored,
    open(channel) {
      const threads = liveThreads({
        channel,
        desk,
        store: {
          open: async () => (await desk.deployments({ limit: 1_000 })).filter(isOpen),
          threads: async () => [...stored.values()].map((state) => structuredClone(state)),
          saveThread: async (state) => {
            stored.set(keyOf(state), structuredClone(state));
          },
          removeThread: async (state) => {
            stored.delete(keyOf(state));
          },
        },
        draw: async (id) => {
          const found = await desk.run(id);
          return found === undefined
            ? undefined
            : runThread(found.run, found.deployments, (of) => desk.progressOf(of));
        },
        contentOf: async (_, file) => `the ${file.what} of ${file.deployment}`,
        clock,
        log: { warn: () => {} },
        ...pace,
      });
      void threads.start();
      return threads;
    },
  };
}
