import {
  type Pacing,
  pace,
  pauseAfter,
  realPacing,
  repairs,
  rest,
  since,
  within,
} from "../../src/chat/platform/backoff.ts";
import { fieldsOf } from "../../src/chat/platform/json.ts";
import { boltLogger, clientOptions, type importBolt } from "./bolt.ts";
import { explainToken, isTokenTrouble } from "./check.ts";
import { type Accept, appHolder, type SlackConnection } from "./connection.ts";
import { reasonOf, slackError } from "./slack-error.ts";
import { type Link, openLink } from "./socket-link.ts";
import type { SlackOptions } from "./types.ts";

const openWithin = 15_000;
/** A connection that lives shorter than this counts as a failed one: apps.connections.open is for about one call a minute. */
const soon = 60_000;
/** How long a connection that was announced to end is kept beside the new one. */
const announcedLasts = 30_000;
const noFailure = { isFinal: false, retryAfter: null };
/** So often in a row Slack may announce an end soon before that counts as a failure, too. */
const mostAnnounced = 2;

/**
 * Socket Mode with a client of its own for each connection. Bolt's own reconnection is off: @slack/socket-mode 3.1.0
 * (SocketModeClient.js, delayReconnectAttempt) waits 5 s times the failures without a longest pause, gives up for good at an HTTP
 * error or a network error of apps.connections.open (retrieveWSSURL), and then raises an unhandled rejection. Slack ends a connection every few hours and says so first; then
 * the next one is opened at once, beside the old one.
 */
export function socketConnection(
  bolt: Awaited<ReturnType<typeof importBolt>>,
  options: SlackOptions & { readonly appToken: string },
  accept: Accept,
  pacing: Pacing = realPacing,
): SlackConnection {
  const { log } = options;
  const { clock, random } = pacing;
  const { receiver, app } = appHolder(accept, (error) =>
    log.warn(
      { reason: reasonOf(error) },
      "slack: an acknowledgement did not get through; it is done all the same",
    ),
  );
  const stopping = new AbortController();
  const { promise: stopped, resolve: tellStopped } = Promise.withResolvers<"stopped">();
  const links = new Set<Link>();
  let state = { ok: false, detail: "connecting" };
  let running = Promise.resolve();

  function open(): Link {
    const made = new bolt.SocketModeReceiver({
      appToken: options.appToken,
      autoReconnectEnabled: false,
      clientPingTimeout: options.pongWithin ?? 5_000,
      logger: boltLogger(log),
      installerOptions: { clientOptions: clientOptions(options) },
      customPropertiesExtractor: (args: unknown) => ({ envelope: fieldsOf(args)["envelope_id"] }),
    });
    made.init(app());
    const link = openLink(made, log, clock);
    links.add(link);
    void link.over.then(async (how) => {
      if (how === "announced") {
        // Slack still sends on it for a moment.
        await rest(announcedLasts, stopping.signal, clock);
        await link.end();
      }
      links.delete(link);
    });
    return link;
  }

  /** Resolves when this connection is over. */
  async function connect(): Promise<"lost" | "announced" | "stopped"> {
    const link = open();
    try {
      const opened = Promise.race([link.opened, stopped]);
      const first = await within(openWithin, "opening the connection", opened, clock);
      if (first === "stopped") {
        return first;
      }
    } catch (error) {
      void link.end();
      throw error;
    }
    state = { ok: true, detail: "connected" };
    log.info({}, "slack: connected by Socket Mode");
    return Promise.race([link.over, stopped]);
  }

  async function keepUp(): Promise<void> {
    let failures = 0;
    let announced = 0;
    let lost = clock.now();
    while (!stopping.signal.aborted) {
      const began = clock.now();
      let pause = 0;
      try {
        const ending = await connect();
        const isShort = clock.now() - began < soon;
        announced = ending === "announced" && isShort ? announced + 1 : 0;
        failures = isShort && (ending === "lost" || announced > mostAnnounced) ? failures + 1 : 0;
        lost = failures > 1 ? lost : clock.now();
        if (failures > 0) {
          tell("the connection is lost soon after it begins", lost);
          pause = pauseAfter(repairs.connection, failures, noFailure, random);
        } else if (ending !== "stopped") {
          state = { ok: false, detail: "the connection was lost; connecting again" };
        }
      } catch (error) {
        failures += 1;
        lost = failures > 1 ? lost : began;
        pause = refused(error, failures, lost);
      }
      await rest(pause, stopping.signal, clock);
    }
  }

  /** Says why there is no connection, and how long to wait. */
  function refused(error: unknown, failures: number, lost: number): number {
    // A connection that is closed before Slack's hello rejects with nothing.
    const why =
      error === undefined ? "Slack closed the connection at once" : explainToken("SLACK_APP_TOKEN", error);
    const isFinal = isTokenTrouble(error) || slackError(error).word === "missing_scope";
    if (isFinal) {
      set(
        `${why}; it is looked at again ${pace(repairs.refused)} at most, and at once when the bot is restarted`,
      );
    } else {
      tell(why, lost);
    }
    const { retryAfter } = slackError(error);
    return pauseAfter(repairs.connection, failures, { isFinal, retryAfter }, random);
  }

  function tell(why: string, lost: number): void {
    set(`${why}; no connection ${since(lost)}, tried again ${pace(repairs.connection)} at most`);
  }

  function set(detail: string): void {
    if (state.detail !== detail) {
      log.error({}, `slack: ${detail}`);
    }
    state = { ok: false, detail };
  }

  return {
    receiver,
    start() {
      running = keepUp();
    },
    async stop() {
      stopping.abort();
      tellStopped("stopped");
      await running;
      await Promise.all([...links].map((link) => link.end()));
      state = { ok: false, detail: "stopped" };
    },
    health: () => state,
  };
}
