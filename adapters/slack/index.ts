import { pauseAfter, rest, within } from "../../src/chat/platform/backoff.ts";
import { laterChannel } from "../../src/chat/platform/later-channel.ts";
import { createRoots, type Roots } from "../../src/chat/platform/roots.ts";
import type { Surface } from "../../src/chat/surface.ts";
import { clientOptions, createApp, importBolt } from "./bolt.ts";
import { slackChannel } from "./channel.ts";
import { explainToken, isTokenTrouble, readChannel, readSelf, type Self } from "./check.ts";
import type { Connection } from "./connection.ts";
import { createHandlers } from "./handlers.ts";
import { httpConnection } from "./http.ts";
import { slackIdentities } from "./identity.ts";
import { reasonOf, slackError } from "./slack-error.ts";
import { socketConnection } from "./socket.ts";
import type { OpenThreads, SlackOptions, WebClient } from "./types.ts";

export { slackManifest } from "./manifest.ts";
export type { SlackOptions } from "./types.ts";

type Bolt = Awaited<ReturnType<typeof importBolt>>;

const tokenPause = 5 * 60_000;
/** A bot that is not in its channel looks again this often at most. */
const channelPause = 30_000;
const drain = 2_000;

/** Slack as a surface. It starts at once, whatever Slack does, and keeps trying; health() says how it stands. */
export function slackSurface(options: SlackOptions): Surface {
  const { log, desk } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  /** Ends calls that are still under way when a stop has waited enough. */
  const calls = new AbortController();
  const later = laterChannel("slack");
  const inHand = new Set<Promise<void>>();
  let connection: Connection | null = null;
  let threads: OpenThreads | null = null;
  let self = { ok: false, detail: "not started" };
  let isJoined = false;
  let problems: readonly string[] = [];
  let running: Promise<unknown> = Promise.resolve();

  function keep(work: Promise<void>): void {
    const done: Promise<void> = work
      .catch((error: unknown) => log.error({ err: error }, "slack: handling a delivery"))
      .finally(() => inHand.delete(done));
    inHand.add(done);
  }

  async function run(): Promise<void> {
    const bolt = await importBolt();
    const client = new bolt.webApi.WebClient(options.botToken, clientOptions(options, calls.signal));
    const known = await signIn(client);
    if (known === null || signal.aborted) {
      return;
    }
    const roots = createRoots(signal);
    connection = connect(bolt, options);
    const identify = slackIdentities({ desk, client, home: known, log, now: Date.now });
    const handlers = createHandlers({ desk, client, identify, roots, log, now: Date.now });
    createApp(bolt, { options, self: known, handlers, receiver: connection.receiver, keep });
    connection.start();
    await joinChannel(client, known, roots);
  }

  /** Until Slack knows the token; null when the bot is stopped before. */
  async function signIn(client: WebClient): Promise<Self | null> {
    for (let failures = 1; !signal.aborted; failures += 1) {
      try {
        const found = await readSelf(client);
        self = { ok: true, detail: `@${found.name}` };
        return found;
      } catch (error) {
        self = { ok: false, detail: explainToken("SLACK_BOT_TOKEN", error) };
        log.error({ reason: reasonOf(error) }, `slack: ${self.detail}`);
        await rest(isTokenTrouble(error) ? tokenPause : pauseAfter(failures), signal);
      }
    }
    return null;
  }

  /** Until the bot can post in its channel. Commands are answered in the meantime. */
  async function joinChannel(client: WebClient, known: Self, roots: Roots): Promise<void> {
    for (let failures = 1; !signal.aborted; failures += 1) {
      let wait = Math.min(channelPause, pauseAfter(failures));
      try {
        const hasGroups = desk.groups().some((name) => name.startsWith("slack-group:"));
        const found = await readChannel(client, known, options.channel, hasGroups);
        if (found.problems.join() !== problems.join()) {
          found.problems.map((problem) => log.error({}, `slack: ${problem}`));
        }
        problems = found.problems;
        if (found.id !== null && !signal.aborted) {
          const parts = { client, channel: found.id, bot: known.botUser, log, onPost: roots.posted };
          later.open(slackChannel(parts));
          isJoined = true;
          log.info({ channel: found.name }, "slack: the channel is ready");
          return;
        }
      } catch (error) {
        problems = [`the channel could not be checked: ${reasonOf(error)}`];
        log.warn({}, `slack: ${problems[0]}`);
        wait = slackError(error).retryAfter ?? wait;
      }
      await rest(wait, signal);
    }
  }

  return {
    name: "slack",
    async start() {
      self = { ok: false, detail: "connecting" };
      threads = options.openThreads(later.channel);
      running = run().catch((error: unknown) => {
        self = { ok: false, detail: `starting: ${reasonOf(error)}` };
        log.error({ err: error }, "slack: starting");
      });
    },
    async stop() {
      stopping.abort();
      later.close();
      const ending = [connection?.stop(), Promise.allSettled(inHand), threads?.stop()];
      await Promise.all(
        ending.map((work) => within(drain, "stopping", Promise.resolve(work)).catch(() => {})),
      );
      calls.abort();
      await within(drain, "stopping", running).catch(() => {});
    },
    health() {
      const parts = [
        self,
        ...problems.map((detail) => ({ ok: false, detail })),
        ...[connection, threads].flatMap((part) => (part === null ? [] : [part.health()])),
      ];
      return {
        ok: parts.every(({ ok }) => ok) && connection !== null && isJoined,
        detail: parts.map(({ detail }) => detail).join("; "),
      };
    },
  };
}

function connect(bolt: Bolt, options: SlackOptions): Connection {
  const { appToken, signingSecret, listen } = options;
  if (appToken !== null) {
    return socketConnection(bolt, { ...options, appToken });
  }
  if (signingSecret === null || listen === null) {
    throw new Error(
      "set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET and an address to listen on",
    );
  }
  return httpConnection(bolt, { ...options, signingSecret, listen });
}
