import type { Clock } from "../config/clock.ts";
import type { FleetFile } from "../config/fleet-file.ts";
import type { LogFiles } from "../logs/log-files.ts";
import type { Redactor } from "../logs/redact.ts";
import type { Store } from "../store/store.ts";
import type { ToldTroubles } from "../store/told-file.ts";
import type { TroubleList } from "../troubles/troubles.ts";
import { diffText } from "../views/thread.ts";
import type { Channel } from "./channel.ts";
import type { Desk } from "./desk.ts";
import { threadDrawer } from "./draw-thread.ts";
import type { Live } from "./live.ts";
import { type LiveThreadsOptions, liveThreads } from "./live-threads.ts";
import { keepNotices } from "./notices.ts";
import type { Pace } from "./pacer.ts";
import type { OpensNotices, OpensThreads } from "./platform/parts.ts";
import { tellTroubles } from "./tell-troubles.ts";

/** How fast a platform takes messages. */
export interface PlatformPace {
  readonly posts: Pace;
  readonly edits: Pace;
}

/** Slack takes a post a second in a channel, and some fifty edits a minute (chat.update is tier 3). */
export const slackPace: PlatformPace = {
  posts: { every: 1_100, burst: 3 },
  edits: { every: 1_300, burst: 5 },
};
/** Discord limits posts and edits to about one a second in each thread, and says so at once; fifty calls a second in all. */
export const discordPace: PlatformPace = {
  posts: { every: 300, burst: 5 },
  edits: { every: 500, burst: 5 },
};
/** The most of a log that goes into a thread, in bytes. */
const longestFile = 1024 * 1024;

export interface PlatformThreadsParts {
  readonly desk: Desk;
  readonly store: Store;
  readonly live: Live;
  readonly logs: LogFiles;
  readonly redact: Redactor;
  readonly fleet: () => FleetFile;
  readonly troubles: TroubleList;
  readonly told: ToldTroubles;
  readonly clock: Clock;
  readonly log: LiveThreadsOptions["log"];
}

/** How a chat platform starts the threads of its own channel, and the notices to others. */
export function platformThreads(
  surface: Channel["surface"],
  pace: PlatformPace,
  { desk, store, live, logs, redact, fleet, troubles, told, clock, log }: PlatformThreadsParts,
): { readonly openThreads: OpensThreads; readonly openNotices: OpensNotices } {
  return {
    openThreads(channel) {
      const threads = liveThreads({
        channel,
        desk,
        store,
        draw: threadDrawer(store, live.progressOf),
        contentOf: async (thread, file) => {
          const deployment = thread.deployments.find(({ id }) => id === file.deployment);
          if (deployment === undefined) {
            return "";
          }
          // Masked once more: the log may be from before a secret's form was known.
          return redact.text(
            file.what === "diff" ? diffText(deployment) : await logs.tail(deployment.log, longestFile),
          );
        },
        clock,
        log,
        ...pace,
      });
      void threads.start();
      const teller = tellTroubles({ channel, troubles, told, clock, log });
      return {
        health: threads.health,
        async stop() {
          await Promise.all([threads.stop(), teller.stop()]);
        },
      };
    },
    openNotices: (find) => keepNotices({ surface, find, desk, store, fleet, clock, log, ...pace }),
  };
}
