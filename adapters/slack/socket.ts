import type { App, SocketModeReceiver } from "@slack/bolt";
import { pauseAfter, rest, within } from "./backoff.ts";
import { boltLogger, clientOptions, type importBolt } from "./bolt.ts";
import { explainToken, isTokenTrouble } from "./check.ts";
import { appHolder, type Connection } from "./connection.ts";
import { fieldsOf } from "./json.ts";
import { reasonOf, slackError } from "./slack-error.ts";
import type { SlackOptions } from "./types.ts";

const openWithin = 15_000;
/** A connection that lives shorter than this counts as a failed one. */
const soon = 10_000;
/** How long Slack may take to close a connection. */
const patience = 1_000;
/** A token that is refused is tried again rarely: somebody has to change it first. */
const tokenPause = 5 * 60_000;

/**
 * Socket Mode with a connection of its own for each time: Bolt's client waits five seconds before it connects
 * again, and raises an unhandled rejection when that fails. Slack ends a connection every few hours and says so
 * first; then the next one is opened at once, beside the old one.
 */
export function socketConnection(
  bolt: Awaited<ReturnType<typeof importBolt>>,
  options: SlackOptions & { readonly appToken: string },
): Connection {
  const { log } = options;
  const { receiver, app } = appHolder();
  const stopping = new AbortController();
  /** Those that are not closed yet, and when they are. */
  const open = new Map<SocketModeReceiver, Promise<void>>();
  let state = { ok: false, detail: "connecting" };
  let running = Promise.resolve();

  function make(to: App): SocketModeReceiver {
    const made = new bolt.SocketModeReceiver({
      appToken: options.appToken,
      autoReconnectEnabled: false,
      logger: boltLogger(log),
      installerOptions: { clientOptions: clientOptions(options) },
      customPropertiesExtractor: (args: unknown) => ({ envelope: fieldsOf(args)["envelope_id"] }),
    });
    made.init(to);
    return made;
  }

  /** Resolves when this connection is over, or when Slack says that it soon will be. */
  async function connect(): Promise<void> {
    const current = make(app());
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const { promise: closed, resolve: close } = Promise.withResolvers<void>();
    open.set(current, closed);
    current.client.on("ws_message", (data: unknown) => {
      if (
        typeof data === "string" &&
        data.length < 10_000 &&
        /^\s*\{[^{]*"type"\s*:\s*"disconnect"/.test(data)
      ) {
        resolve();
      }
    });
    current.client.on("disconnected", () => {
      open.delete(current);
      close();
      resolve();
    });
    stopping.signal.addEventListener("abort", () => resolve(), { once: true });
    try {
      await within(
        openWithin,
        "opening the connection",
        Promise.race([current.start(), aborted(stopping.signal)]),
      );
      state = { ok: true, detail: "connected" };
      log.info({}, "slack: connected by Socket Mode");
      await over;
    } catch (error) {
      void end(current);
      throw error;
    }
  }

  async function keepUp(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const since = Date.now();
      let pause = 0;
      try {
        await connect();
        state = { ok: false, detail: "the connection was lost; connecting again" };
        failures = Date.now() - since < soon ? failures + 1 : 0;
      } catch (error) {
        failures += 1;
        const isToken = isTokenTrouble(error) || slackError(error).word === "missing_scope";
        pause = isToken ? tokenPause : (slackError(error).retryAfter ?? 0);
        state = {
          ok: false,
          detail: error === undefined ? "no connection" : explainToken("SLACK_APP_TOKEN", error),
        };
        if (!stopping.signal.aborted) {
          log.error(
            { reason: error === undefined ? "closed at once" : reasonOf(error) },
            `slack: ${state.detail}`,
          );
        }
      }
      await rest(failures === 0 ? 0 : Math.max(pause, pauseAfter(failures)), stopping.signal);
    }
  }

  /** Asks Slack to close, and after a moment does not wait for it any more: else Bolt would for 30 s. */
  async function end(one: SocketModeReceiver): Promise<void> {
    const closed = open.get(one);
    void one.stop().catch(() => {});
    await within(patience, "closing the connection", closed ?? Promise.resolve()).catch(() => one.stop());
    open.delete(one);
  }

  return {
    receiver,
    start() {
      running = keepUp();
    },
    async stop() {
      stopping.abort();
      await running;
      await Promise.all([...open.keys()].map(end));
      state = { ok: false, detail: "stopped" };
    },
    health: () => state,
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("stopping")), { once: true });
  });
}
