import { type LiveThreads, type LiveThreadsOptions, liveThreads } from "../../../src/chat/live-threads.ts";
import type { Actor } from "../../../src/deploy/actor.ts";
import type { ThreadState } from "../../../src/store/thread-state.ts";
import { runThread } from "../../../src/views/thread.ts";
import { type FakeChannel, fakeChannel } from "../../fakes/fake-channel.ts";
import { type FakeDesk, fakeDesk } from "../../fakes/fake-desk.ts";
import { type ManualClock, manualClock } from "../../fakes/manual-clock.ts";

/** The real live threads between a fake desk and a fake channel. */
export interface LiveRoom {
  readonly clock: ManualClock;
  readonly desk: FakeDesk;
  readonly channel: FakeChannel;
  readonly stored: Map<string, ThreadState>;
  readonly threads: LiveThreads;
  /** A bot that starts again on what was stored. */
  again(): Promise<void>;
  /** The message whose key ends so. */
  find(keyEnd: string): FakeChannel["messages"][number] | undefined;
}

export async function liveRoom(
  change: Partial<LiveThreadsOptions> = {},
  requestedBy?: Actor,
): Promise<LiveRoom> {
  const clock = manualClock();
  const desk = fakeDesk(["yoga", "zephyrus"], () => new Date(clock.now()));
  const channel = fakeChannel();
  const stored = new Map<string, ThreadState>();
  const open = (): LiveThreads =>
    liveThreads({
      channel,
      desk,
      store: {
        open: async () => (await desk.deployments({ limit: 100 })).filter(({ outcome }) => outcome === null),
        threads: async () => [...stored.values()].map((state) => structuredClone(state)),
        saveThread: async (state) => void stored.set(state.run, structuredClone(state)),
        removeThread: async ({ run }) => void stored.delete(run),
      },
      draw: async (id) => {
        const found = await desk.run(id);
        const asked = requestedBy === undefined ? {} : { requestedBy };
        return found && runThread({ ...found.run, ...asked }, found.deployments, () => null);
      },
      contentOf: async (_thread, file) => `the ${file.what}`,
      clock,
      log: { warn: () => {} },
      posts: { every: 1_000, burst: 3 },
      edits: { every: 1_200, burst: 3 },
      ...change,
    });
  let threads = open();
  await threads.start();
  return {
    clock,
    desk,
    channel,
    stored,
    get threads() {
      return threads;
    },
    async again() {
      await threads.stop();
      threads = open();
      await threads.start();
    },
    find: (keyEnd) => channel.messages.find(({ message }) => message.key.endsWith(keyEnd)),
  };
}
