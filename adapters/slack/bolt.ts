import type { App, Logger, Receiver, webApi } from "@slack/bolt";
import { doneOnceTold } from "../../src/chat/platform/done-once-told.ts";
import { type Fields, fieldsOf } from "../../src/chat/platform/json.ts";
import type { PlatformLog } from "../../src/chat/platform/parts.ts";
import type { Self } from "./check.ts";
import { deliveryIds } from "./delivery-ids.ts";
import type { Handlers } from "./handlers.ts";
import { parseSubmission } from "./modal.ts";
import { parseClick, parseEvent, parseSlash } from "./parse.ts";
import type { SlackOptions } from "./types.ts";

/** Importing Bolt takes 0.3 s and 50 MB, so it is done when Slack is on. */
export const importBolt = () => import("@slack/bolt");

/** Milliseconds in which Slack has to answer one call. */
const callTimeout = 10_000;

/** Bounded in every way: no retries of its own, no waiting for a rate limit, a timeout. What calls may try again. */
export function clientOptions(
  options: Pick<SlackOptions, "apiUrl" | "log">,
  end?: AbortSignal,
): webApi.WebClientOptions {
  return {
    ...(end === undefined ? {} : { fetch: fetchUntil(end) }),
    timeout: callTimeout,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: boltLogger(options.log),
    ...(options.apiUrl === null ? {} : { slackApiUrl: options.apiUrl }),
  };
}

function fetchUntil(end: AbortSignal): typeof fetch {
  return (input, init) => {
    const own = init?.signal;
    return fetch(input, { ...init, signal: own ? AbortSignal.any([own, end]) : end });
  };
}

/** Bolt's debug lines hold whole payloads and are left out; its errors are said again by who called. */
export function boltLogger(log: PlatformLog): Logger {
  const line = (said: readonly unknown[]) => `slack: ${said.map(String).join(" ")}`.slice(0, 1_000);
  return {
    debug: () => {},
    info: (...said: readonly unknown[]) => log.debug({}, line(said)),
    warn: (...said: readonly unknown[]) => log.info({}, line(said)),
    error: (...said: readonly unknown[]) => log.warn({}, line(said)),
    setLevel: () => {},
    setName: () => {},
    getLevel: () => "info" as ReturnType<Logger["getLevel"]>,
  };
}

export interface AppParts {
  readonly options: SlackOptions;
  readonly self: Self;
  readonly handlers: Handlers;
  readonly receiver: Receiver;
  /** Keeps work that was acknowledged, so that a stop can wait for it. */
  readonly keep: (work: Promise<void>) => void;
}

/** Wires Bolt to the handlers. What comes here was accepted (`appHolder`); it is acknowledged, and then done. */
export function createApp(bolt: Awaited<ReturnType<typeof importBolt>>, parts: AppParts): App {
  const { options, self, handlers, receiver, keep } = parts;
  const app = new bolt.App({
    receiver,
    // The token was checked at the start; asking again would come before the acknowledgement.
    authorize: async () => ({ botToken: options.botToken, botId: self.botId, botUserId: self.botUser }),
    clientOptions: clientOptions(options),
    logger: boltLogger(options.log),
    convoStore: false,
  });
  function once(body: object, envelope: unknown, work: (body: Fields) => Promise<boolean> | null): void {
    const fields = fieldsOf(body);
    const ids = deliveryIds(fields, envelope);
    keep(doneOnceTold(options.deliveries, ids, work(fields) ?? Promise.resolve(true)));
  }

  app.command(/.*/, async ({ ack, body, context }) => {
    await ack();
    once(body, context["envelope"], (fields) => {
      const input = parseSlash(fields, options.commandPrefix);
      return input === null ? null : handlers.handle(input);
    });
  });
  for (const event of ["app_mention", "message"] as const) {
    app.event(event, async ({ body, context }) => {
      once(body, context["envelope"], (fields) => {
        const input = parseEvent(fields, self.botUser);
        return input === null ? null : handlers.handle(input);
      });
    });
  }
  app.event("app_home_opened", async ({ body, context }) => {
    once(body, context["envelope"], (fields) => handlers.openHome(fields).then(() => true));
  });
  app.action(/.*/, async ({ ack, body, context }) => {
    await ack();
    once(body, context["envelope"], (fields) => {
      const input = parseClick(fields);
      return input === null ? null : handlers.handle(input);
    });
  });
  app.view(/.*/, async ({ ack, body, context }) => {
    await ack();
    once(body, context["envelope"], (fields) => {
      const form = parseSubmission(fields);
      return form === null ? null : handlers.submit(form);
    });
  });
  app.error(async (error) => options.log.error({ err: error }, "slack: handling a delivery"));
  return app;
}
