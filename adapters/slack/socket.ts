import { pauseAfter, rest, tokenPause, within } from "../../src/chat/platform/backoff.ts";
import { fieldsOf } from "../../src/chat/platform/json.ts";
import { boltLogger, clientOptions, type importBolt } from "./bolt.ts";
import { explainToken, isTokenTrouble } from "./check.ts";
import { type Accept, appHolder, type SlackConnection } from "./connection.ts";
import { reasonOf, slackError } from "./slack-error.ts";
import { type Link, openLink } from "./socket-link.ts";
import type { SlackOptions } from "./types.ts";

const openWithin = 15_000;
/** A connection that lives shorter than this counts as a failed one. */
const soon = 10_000;
/** How long a connection that was announced to end is kept beside the new one. */
const announcedLasts = 30_000;
/** So often in a row Slack may announce an end soon before that counts as a failure, too. */
const mostAnnounced = 2;

/**
 * Socket Mode with a client of its own for each connection: Bolt's waits five seconds before it connects again, and
 * raises an unhandled rejection when that fails. Slack ends a connection every few hours and says so first; then
 * the next one is opened at once, beside the old one.
 */
export function socketConnection(
  bolt: Awaited<ReturnType<typeof importBolt>>,
  options: SlackOptions & { readonly appToken: string },
  accept: Accept,
): SlackConnection {
  const { log } = options;
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
    const link = openLink(made, log);
    links.add(link);
    void link.over.then(async (how) => {
      if (how === "announced") {
        // Slack still sends on it for a moment.
        await rest(announcedLasts, AbortSignal.timeout(announcedLasts));
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
      const first = await within(openWithin, "opening the connection", Promise.race([link.opened, stopped]));
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
    while (!stopping.signal.aborted) {
      const since = Date.now();
      let pause = 0;
      try {
        const ending = await connect();
        state = { ok: false, detail: "the connection was lost; connecting again" };
        const isShort = Date.now() - since < soon;
        announced = ending === "announced" && isShort ? announced + 1 : 0;
        failures = isShort && (ending === "lost" || announced > mostAnnounced) ? failures + 1 : 0;
      } catch (error) {
        failures += 1;
        pause = tell(error);
      }
      await rest(failures === 0 ? 0 : Math.max(pause, pauseAfter(failures)), stopping.signal);
    }
  }

  /** Says why there is no connection, and how long it makes no sense to try. */
  function tell(error: unknown): number {
    // A connection that is closed before Slack's hello rejects with nothing.
    const reason = error === undefined ? "Slack closed the connection at once" : reasonOf(error);
    state = { ok: false, detail: error === undefined ? reason : explainToken("SLACK_APP_TOKEN", error) };
    log.error({ reason }, `slack: ${state.detail}`);
    const isToken = isTokenTrouble(error) || slackError(error).word === "missing_scope";
    return isToken ? tokenPause : (slackError(error).retryAfter ?? 0);
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
