import { Hono } from "hono";
import type { Assets } from "./assets.ts";
import { shortBody } from "./body.ts";
import { addressOf } from "./client-address.ts";
import { commandRoutes } from "./commands.ts";
import { errorAnswer } from "./errors.ts";
import type { EventStreams } from "./events.ts";
import {
  boundedReading,
  knownHost,
  mayLook,
  noHead,
  noWrongToken,
  safeHeaders,
  sameOriginOnly,
  signedIn,
  stillMayLook,
} from "./guard.ts";
import { healthAnswer } from "./health.ts";
import { recordRoutes } from "./records.ts";
import { sessionsInMemory, tokenGate } from "./session.ts";
import { loginPage, signInRoutes } from "./sign-in.ts";
import type { WebContext, WebEnv, WebOptions } from "./types.ts";
import { refuseWrongTokens } from "./wrong-tokens.ts";

/** The page's own addresses (page/lib/router.js): one document, which draws what its address says. */
const pages = [
  "/",
  "/r/:run",
  "/d/:deployment",
  "/history",
  "/hosts",
  "/help",
  "/status",
  "/status/:host",
  "/health",
  "/health/:host",
  "/stats",
  "/stats/:host",
];

/** All routes, behind the checks that hold for each of them. */
export function webApp(options: WebOptions, assets: Assets, events: EventStreams): Hono<WebEnv> {
  const { desk, log, metrics } = options;
  const gate = tokenGate({
    token: options.token,
    people: options.people ?? (() => []),
    ...(options.spendCode === undefined ? {} : { spendCode: options.spendCode }),
    sessions: options.sessions ?? sessionsInMemory(),
  });
  const app = new Hono<WebEnv>();

  app.use(safeHeaders());
  app.use(knownHost(options.listen.host, options.allowedHosts ?? []));
  app.use(sameOriginOnly());
  const refuseWrong = refuseWrongTokens(addressOf(options.trustedProxies ?? []), log);
  app.use(noWrongToken(gate, refuseWrong));

  app.get("/healthz", (c) => healthAnswer(c, desk, gate));
  app.get("/assets/:name{.+}", (c) => assets.answer(c, c.req.param("name")) ?? notFound(c));

  app.use("/api/*", shortBody());
  app.route("/", signInRoutes(gate, assets, refuseWrong));

  app.on("GET", pages, (c) => {
    if (gate.identify(c) !== null) return assets.answer(c, "index.html") ?? notFound(c);
    // A browser leaves a SameSite=Strict cookie out when a link on another site (Slack, say) leads here; it sends it
    // when the page itself asks again.
    if (c.req.header("sec-fetch-site") === "cross-site") return assets.answer(c, "again.html") ?? notFound(c);
    return loginPage(c, assets);
  });

  app.use("/api/*", signedIn(gate), noHead(), boundedReading(desk));
  app.use("/metrics", signedIn(gate), boundedReading(desk));
  app.get("/api/help", (c) =>
    c.json({
      version: options.version,
      who: c.var.who.name,
      canSignOut: !gate.isOpen,
      commands: desk.commands(),
    }),
  );
  app.get("/api/*", mayLook(desk));
  app.get("/api/events", (c) => events.answer(c, () => stillMayLook(c, gate, desk)));
  app.route("/api", recordRoutes(options));
  app.route("/api", commandRoutes(desk));
  if (metrics !== undefined) {
    app.get("/metrics", async (c) =>
      c.text(await metrics(), 200, { "content-type": "text/plain; version=0.0.4" }),
    );
  }

  app.notFound(notFound);
  app.onError((error, c) => {
    log.error({ err: error, method: c.req.method, path: c.req.path }, "answering a request");
    return errorAnswer(
      c,
      500,
      "internal",
      "The bot could not answer.",
      "Try again; the bot's own log says why.",
    );
  });
  return app;
}

function notFound(c: WebContext): Response {
  return errorAnswer(c, 404, "not-found", "There is nothing at this address.", "The web console is at /.");
}
