import type { Channel } from "../../../src/chat/channel.ts";
import { type LiveThreads, liveThreads } from "../../../src/chat/live-threads.ts";
import { keepNotices } from "../../../src/chat/notices.ts";
import type { OpensNotices } from "../../../src/chat/platform/parts.ts";
import { type PlatformPace, slackPace } from "../../../src/chat/platform-threads.ts";
import type { Clock } from "../../../src/config/clock.ts";
import { type FleetFile, parseFleetFile } from "../../../src/config/fleet-file.ts";
import { isOpen } from "../../../src/deploy/deployment.ts";
import { type ThreadState, threadKey } from "../../../src/store/thread-state.ts";
import { runThread } from "../../../src/views/thread.ts";
import type { FakeDesk } from "../../fakes/fake-desk.ts";

export interface ThreadRoom {
  readonly stored: Map<string, ThreadState>;
  /** The real live threads, on what earlier ones stored. */
  readonly open: (channel: Channel) => LiveThreads;
  /** The real notices, to the channels that the room's fleet.yaml names. */
  readonly notices: (surface: Channel["surface"]) => OpensNotices;
}

/** Threads of a fake desk, whose state outlives them as in a store. `fleetText` is a fleet.yaml as it is now. */
export function threadRoom(
  desk: FakeDesk,
  clock: Clock,
  pace: PlatformPace = slackPace,
  fleetText: () => string = () => "",
): ThreadRoom {
  const stored = new Map<string, ThreadState>();
  const keyOf = ({ surface, run }: Pick<ThreadState, "surface" | "run">) => threadKey(surface, run);
  const store = {
    open: async () => (await desk.deployments({ limit: 1_000 })).filter(isOpen),
    threads: async () => [...stored.values()].map((state) => structuredClone(state)),
    saveThread: async (state: ThreadState) => {
      stored.set(keyOf(state), structuredClone(state));
    },
    removeThread: async (state: Pick<ThreadState, "surface" | "run">) => {
      stored.delete(keyOf(state));
    },
    run: async (id: string) => (await desk.run(id))?.run,
    deployment: desk.deployment,
  };
  const rest = { desk, clock, log: { warn: () => {} }, ...pace };
  return {
    stored,
    open(channel) {
      const threads = liveThreads({
        ...rest,
        channel,
        store,
        draw: async (id) => {
          const found = await desk.run(id);
          return found === undefined
            ? undefined
            : runThread(found.run, found.deployments, (of) => desk.progressOf(of));
        },
        contentOf: async (_, file) => `the ${file.what} of ${file.deployment}`,
      });
      void threads.start();
      return threads;
    },
    notices: (surface) => (find) =>
      keepNotices({ ...rest, surface, find, store, fleet: () => parsed(fleetText()) }),
  };
}

function parsed(text: string): FleetFile {
  const read = parseFleetFile(text);
  if (read.kind === "wrong") {
    throw new Error(read.mistakes.join("\n"));
  }
  return read.file;
}
