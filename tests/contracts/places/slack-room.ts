import { createServer } from "node:net";
import { slackSurface } from "../../../adapters/slack/index.ts";
import type { SlackOptions } from "../../../adapters/slack/types.ts";
import type { Channel } from "../../../src/chat/channel.ts";
import type { Pace } from "../../../src/chat/pacer.ts";
import type { Surface } from "../../../src/chat/surface.ts";
import type { Clock } from "../../../src/config/clock.ts";
import type { FakeDesk } from "../../fakes/fake-desk.ts";
import { memoryDeliveries } from "../../fakes/memory-deliveries.ts";
import { type FakeSlack, startFakeSlack } from "../../fakes/slack/index.ts";
import { until } from "../until.ts";
import { fastClock } from "./fast-clock.ts";
import { type ThreadRoom, threadRoom } from "./threads.ts";
import { type Noted, watchedDesk } from "./watched-desk.ts";

export interface SlackRoomOptions {
  readonly http?: boolean;
  readonly speed?: number;
  /** The repairs of the surface itself go by the fast clock, too. */
  readonly isPaced?: boolean;
  readonly pace?: { readonly posts: Pace; readonly edits: Pace };
  /** False: the surface is not started. */
  readonly start?: boolean;
  /** Blocks that this workspace takes; an older one takes none of the newer. */
  readonly takes?: readonly ("plan" | "task_card")[];
  /** The text of fleet.yaml as it is now: which channels its hosts notify. */
  readonly fleet?: () => string;
}

export interface Asked {
  readonly method: "chat.postMessage" | "chat.update";
  /** The message that is edited; "" for a new one. */
  readonly place: string;
  readonly at: number;
}

/** Slack, the bot on it, and what passes between them. */
export interface SlackRoom {
  readonly slack: FakeSlack;
  readonly clock: Clock;
  readonly threads: ThreadRoom;
  readonly replies: readonly Noted[];
  /** What the threads asked of the channel, and when on the room's clock. */
  readonly asked: readonly Asked[];
  readonly lines: readonly string[];
  surface(): Surface;
  /** Until it is well. */
  ready(): Promise<void>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** The real adapter and the real live threads on the fake Slack, all on one fast clock with Slack's own limits. */
export async function slackRoom(desk: FakeDesk, options: SlackRoomOptions = {}): Promise<SlackRoom> {
  const { http = false, speed = 25, takes = ["plan", "task_card"] } = options;
  const clock = fastClock(speed);
  const slack = await startFakeSlack({ now: clock.now, takes });
  slack.channel("deploys");
  const threads = threadRoom(desk, clock, options.pace, options.fleet);
  const { desk: watched, replies } = watchedDesk(desk);
  const asked: Asked[] = [];
  const lines: string[] = [];
  const note = (details: object, message: string) => lines.push(`${message} ${JSON.stringify(details)}`);
  const port = http ? await freePort() : 0;

  const timed = (channel: Channel): Channel => ({
    ...channel,
    post(message, since) {
      asked.push({ method: "chat.postMessage", place: "", at: clock.now() });
      return channel.post(message, since);
    },
    edit(ref, message) {
      asked.push({ method: "chat.update", place: `${ref.channel}/${ref.id}`, at: clock.now() });
      return channel.edit(ref, message);
    },
  });
  const slackOptions: SlackOptions = {
    desk: watched,
    deliveries: memoryDeliveries(),
    botToken: slack.botToken,
    appToken: http ? null : slack.appToken,
    signingSecret: slack.signingSecret,
    channel: "#deploys",
    commandPrefix: "",
    apiUrl: slack.apiUrl,
    listen: http ? { host: "127.0.0.1", port } : null,
    log: { debug: note, info: note, warn: note, error: note },
    openThreads: (channel) => threads.open(timed(channel)),
    openNotices: threads.notices("slack"),
    ...(options.isPaced === true ? { pacing: { clock, random: Math.random } } : {}),
  };
  let surface = slackSurface(slackOptions);

  async function ready(): Promise<void> {
    await until(
      "a Slack that is well",
      () => surface.health().ok,
      10_000,
      () => `${surface.health().detail}\n${lines.join("\n")}`,
    );
    if (http) {
      await slack.http.use(`http://127.0.0.1:${port}/slack/events`);
    }
  }

  if (options.start !== false) {
    await surface.start();
    await ready();
  }
  return {
    slack,
    clock,
    threads,
    replies,
    asked,
    lines,
    surface: () => surface,
    ready,
    async restart() {
      await surface.stop();
      surface = slackSurface(slackOptions);
      await surface.start();
      await ready();
    },
    async close() {
      await surface.stop();
      await slack.stop();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
