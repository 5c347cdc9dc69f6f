import type { Server } from "node:http";
import {
  type Pacing,
  pace,
  pauseAfter,
  realPacing,
  repairs,
  rest,
  since,
} from "../../src/chat/platform/backoff.ts";
import { boltLogger, type importBolt } from "./bolt.ts";
import { type Accept, appHolder, type SlackConnection } from "./connection.ts";
import { reasonOf } from "./slack-error.ts";
import type { SlackOptions } from "./types.ts";

const drain = 1_000;
const requestWithin = 10_000;
const mostConnections = 100;
/** Slack's own payloads are a few KB. */
const mostBytes = 256 * 1024;

/** Slack reaches the bot at /slack/events. Bolt checks signature and age of each request. */
export function httpConnection(
  bolt: Awaited<ReturnType<typeof importBolt>>,
  options: SlackOptions & {
    readonly signingSecret: string;
    readonly listen: { readonly host: string; readonly port: number };
  },
  accept: Accept,
  pacing: Pacing = realPacing,
): SlackConnection {
  const { log, listen, signingSecret } = options;
  const { receiver, app } = appHolder(accept, (error) =>
    log.warn(
      { reason: reasonOf(error) },
      "slack: an acknowledgement did not get through; it is done all the same",
    ),
  );
  const stopping = new AbortController();
  let server: Server | null = null;
  let state = { ok: false, detail: "not listening yet" };
  let running = Promise.resolve();

  async function keepUp(): Promise<void> {
    const began = pacing.clock.now();
    for (let failures = 1; !stopping.signal.aborted; failures += 1) {
      const own = new bolt.HTTPReceiver({
        signingSecret,
        endpoints: ["/slack/events"],
        bodyLimit: mostBytes,
        logger: boltLogger(log),
      });
      own.init(app());
      try {
        server = (await own.start({ ...listen })) as Server;
        // Anybody may connect, and Bolt reads a body before it can check who sent it.
        server.requestTimeout = requestWithin;
        server.headersTimeout = requestWithin;
        server.maxConnections = mostConnections;
        state = { ok: true, detail: `listening on ${listen.host}:${listen.port}` };
        log.info({}, `slack: ${state.detail}`);
        return;
      } catch (error) {
        const detail = `listening on ${listen.host}:${listen.port}: ${reasonOf(error)}, ${since(began)}; tried again ${pace(repairs.connection)} at most`;
        if (state.detail !== detail) {
          log.error({}, `slack: ${detail}`);
        }
        state = { ok: false, detail };
        const failure = { isFinal: false, retryAfter: null };
        const pause = pauseAfter(repairs.connection, failures, failure, pacing.random);
        await rest(pause, stopping.signal, pacing.clock);
      }
    }
  }

  return {
    receiver,
    start() {
      running = keepUp();
    },
    async stop() {
      stopping.abort();
      await running;
      const closing = server;
      server = null;
      state = { ok: false, detail: "stopped" };
      if (closing !== null) {
        const cut = setTimeout(() => closing.closeAllConnections(), drain);
        await new Promise((resolve) => {
          closing.close(resolve);
          closing.closeIdleConnections();
        });
        clearTimeout(cut);
      }
    },
    health: () => state,
  };
}
