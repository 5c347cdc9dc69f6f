import type { TestContext } from "node:test";
import { slackSurface } from "../../../adapters/slack/index.ts";
import type { SlackOptions } from "../../../adapters/slack/types.ts";
import type { Channel, OutMessage } from "../../../src/chat/channel.ts";
import type { OpenThreads } from "../../../src/chat/platform/parts.ts";
import { type FakeDesk, fakeDesk } from "../../fakes/fake-desk.ts";
import { memoryDeliveries } from "../../fakes/memory-deliveries.ts";
import {
  type FakeSlack,
  type FakeSlackOptions,
  type Message,
  startFakeSlack,
} from "../../fakes/slack/index.ts";

/** What the surface logs, with its level in front. */
export function collector() {
  const lines: string[] = [];
  const at = (level: string) => (details: object, message: string) => {
    lines.push(`${level} ${message} ${JSON.stringify(details)}`);
  };
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

export interface Served {
  readonly slack: FakeSlack;
  readonly desk: FakeDesk;
  readonly log: ReturnType<typeof collector>;
  readonly surface: ReturnType<typeof slackSurface>;
  /** Resolves when the surface has asked for its threads. */
  readonly channel: Promise<Channel>;
}

export interface ServeOptions extends FakeSlackOptions {
  readonly http?: boolean;
  readonly with?: Partial<SlackOptions>;
  /** Before the surface is started. */
  readonly before?: (slack: FakeSlack, desk: FakeDesk) => void;
  /** False: it need not come up. */
  readonly ready?: boolean;
}

/** A surface on a fake Slack, up and connected; both go away with the test. */
export async function serve(t: TestContext, options: ServeOptions = {}): Promise<Served> {
  const slack = await startFakeSlack({ takes: ["plan", "task_card"], ...options });
  const desk = fakeDesk();
  const log = collector();
  const { promise: channel, resolve } = Promise.withResolvers<Channel>();
  slack.channel("deploys");
  options.before?.(slack, desk);
  const threads: OpenThreads = { stop: async () => {}, health: () => ({ ok: true, detail: "0 threads" }) };
  const port = options.http === true ? await freePort() : 0;
  const surface = slackSurface({
    desk,
    deliveries: memoryDeliveries(),
    botToken: slack.botToken,
    appToken: options.http === true ? null : slack.appToken,
    signingSecret: slack.signingSecret,
    channel: "#deploys",
    commandPrefix: "",
    apiUrl: slack.apiUrl,
    listen: options.http === true ? { host: "127.0.0.1", port } : null,
    log,
    openThreads(given) {
      resolve(given);
      return threads;
    },
    openNotices: () => threads,
    ...options.with,
  });
  t.after(async () => {
    await surface.stop();
    await slack.stop();
  });
  await surface.start();
  if (options.ready !== false) {
    await channel;
    await upOf(surface, log);
    if (options.http === true) {
      await slack.http.use(`http://127.0.0.1:${port}/slack/events`);
    }
  }
  return { slack, desk, log, surface, channel };
}

/** Until health() is good; the fake does not tell, so this looks now and then. */
export async function upOf(
  surface: Served["surface"],
  log: Served["log"],
  milliseconds = 5_000,
): Promise<void> {
  await eventually(
    () => surface.health().ok,
    milliseconds,
    () => `${surface.health().detail}\n${log.lines.join("\n")}`,
  );
}

export async function eventually(
  isTrue: () => boolean,
  milliseconds = 5_000,
  why = () => isTrue.toString(),
): Promise<void> {
  const until = Date.now() + milliseconds;
  while (!isTrue()) {
    if (Date.now() > until) {
      throw new Error(`not within ${milliseconds} ms: ${why()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function freePort(): Promise<number> {
  const { createServer } = await import("node:net");
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<number>();
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    resolve(typeof address === "object" && address !== null ? address.port : 0);
  });
  const port = await promise;
  await new Promise((done) => server.close(done));
  return port;
}

export function outMessage(change: Partial<OutMessage> = {}): OutMessage {
  return {
    key: "r-1/root",
    thread: null,
    threadName: "deploy yoga · 0001",
    text: "Deploy yoga",
    blocks: [],
    mention: null,
    broadcast: false,
    ...change,
  };
}

/** The message with buttons that live threads would show: here it is posted by hand. */
export async function card(served: Served, id: string): Promise<Message> {
  const { slack, desk } = served;
  const deployment = await desk.deployment(id);
  if (deployment === undefined) {
    throw new Error(`no deployment ${id}`);
  }
  const channel = await served.channel;
  const root = await channel.post(outMessage({ key: `${deployment.run}/root` }), null);
  await channel.post(
    outMessage({ key: `${deployment.run}/${id}/card`, thread: root, blocks: desk.card(deployment) }),
    null,
  );
  const message = slack
    .messages("deploys")
    .flatMap((one) => one.replies)
    .findLast((one) => one.blocks.some((block) => block["type"] === "actions"));
  if (message === undefined) {
    throw new Error("no card was posted");
  }
  return message;
}
