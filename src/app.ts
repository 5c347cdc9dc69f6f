import type { Logger } from "pino";
import { webSurface } from "../adapters/web/index.ts";
import { commands } from "../commands/index.ts";
import { answerWords } from "./activation/answer-words.ts";
import { keepSummingUp } from "./chat/admit.ts";
import { createDesk } from "./chat/create-desk.ts";
import { createEvents } from "./chat/events.ts";
import { createLive } from "./chat/live.ts";
import { discordPace, platformThreads, slackPace } from "./chat/platform-threads.ts";
import { askRights } from "./chat/rights.ts";
import type { Surface } from "./chat/surface.ts";
import type { CommandTools } from "./chat/tools.ts";
import { systemClock } from "./config/clock.ts";
import { deadlines } from "./config/deadlines.ts";
import type { Settings } from "./config/env.ts";
import { keepComparing, openFleetFile } from "./config/fleet-source.ts";
import { createEngine } from "./deploy/engine.ts";
import { hostsForFleet } from "./deploy/fleet-hosts.ts";
import { randomId } from "./deploy/ids.ts";
import { loginLink } from "./login-link.ts";
import { auditFile, bot } from "./logs/audit.ts";
import { botLog } from "./logs/bot-log.ts";
import { logFiles } from "./logs/log-files.ts";
import { redactor } from "./logs/redact.ts";
import { keepSweeping } from "./logs/retention.ts";
import { connectShells } from "./remote/shells.ts";
import { damageReader } from "./store/damage.ts";
import { lockDataDirectory } from "./store/data-directory.ts";
import { openDeliveries } from "./store/delivery-file.ts";
import { NewerFormatError } from "./store/json-file.ts";
import type { Lease } from "./store/lease.ts";
import { spendLoginCode } from "./store/login-codes.ts";
import { lowdbStore } from "./store/lowdb-store.ts";
import { botName, ownKey, ownToken, supervisorKey } from "./store/own-files.ts";
import { openRequestKeys } from "./store/request-keys.ts";
import { diskReserve } from "./store/reserve.ts";
import { openTold } from "./store/told-file.ts";
import { openWebSessions } from "./store/web-sessions.ts";
import { openWebTokens, webTokensPath } from "./store/web-tokens.ts";
import { auditCause, fleetCause, tokensCause } from "./troubles/causes.ts";
import { keepLooking, lookEvery, lookOnce } from "./troubles/looks.ts";
import { createTroubles } from "./troubles/troubles.ts";
import { looksAtData, looksAtOthers, type WatchParts } from "./troubles/watch.ts";

export interface App {
  readonly log: Logger;
  /** The web page; with a token, a link that signs in. */
  readonly url: string;
  stop(): Promise<void>;
}

export interface AppOptions {
  /** The web surface asks for no token. Only for the demo, which listens on loopback. */
  readonly isOpen?: boolean;
  readonly version: string;
  readonly onFatal: (error: Error) => void;
}

/** The composition root: the one place that names concrete surfaces, stores and shells. */
export async function startApp(settings: Settings, options: AppOptions): Promise<App> {
  const clock = systemClock;
  const { lease: plainLease, unlock } = await lockDataDirectory(settings.dataDir, options.onFatal);
  const token = options.isOpen === true ? null : (settings.token ?? (await ownToken(settings.dataDir)));
  const answerKey = await supervisorKey(settings.dataDir);
  const redact = redactor([
    token,
    answerKey,
    await ownKey(settings.sshKey),
    settings.slack?.botToken ?? null,
    settings.slack?.appToken ?? null,
    settings.slack?.signingSecret ?? null,
    settings.discord?.token ?? null,
  ]);
  const words = answerWords(answerKey);
  const log = botLog(settings.logLevel, redact);
  const lease: Lease = {
    ...plainLease,
    onForeignWrite: (path) =>
      log.error(`${path} was written by a bot that has not the lease; what this bot knows replaces it`),
  };
  const troubles = createTroubles({ clock, mask: redact.text, log });
  const fleet = await openFleetFile(settings.fleetFile, (mistakes, isInForce) => {
    const what = !isInForce
      ? "is held; the last good one stays in force"
      : mistakes.length === 0
        ? "was changed and is in force"
        : "is in force, and has a mistake";
    if (mistakes.length === 0) {
      log.info(`fleet.yaml ${what}`);
      troubles.clear("fleet");
    } else {
      log.error({ mistakes }, `fleet.yaml ${what}`);
      troubles.report("fleet", fleetCause(mistakes, isInForce));
    }
    audit
      .append({ who: bot, what: "found", about: "fleet.yaml", detail: [what, ...mistakes].join("; ") })
      .catch((error: unknown) => log.error({ err: error }, "writing the audit"));
  });
  const store = await lowdbStore(settings.dataDir, clock, lease);
  // What this start found; what is still there is a trouble for as long as it is.
  for (const notice of store.notices()) {
    log.warn(notice);
  }
  const reserve = diskReserve({
    directory: settings.dataDir,
    onFull: (cause) => (cause === null ? troubles.clear("disk") : troubles.report("disk", cause)),
    onError: (error) => log.error({ err: error }, "keeping the reserve"),
  });
  const shells = connectShells(settings);
  const logs = logFiles(settings.dataDir, clock, redact, () => fleet.current().defaults.logSize);
  const audit = auditFile({
    directory: settings.dataDir,
    clock,
    redact,
    lease,
    onTrouble: (message) => log.error(message),
    onBlocked: (error) =>
      error === null ? troubles.clear("audit") : troubles.report("audit", auditCause(error)),
  });
  // In the journal, which is kept elsewhere, this is evidence of what the file held.
  await audit.open().then(
    ({ seq, hash }) => log.info(`audit: ${seq} lines, head ${hash}`),
    (error: unknown) => {
      if (error instanceof NewerFormatError) {
        throw error;
      }
      log.error({ err: error }, "opening the audit");
    },
  );
  const events = createEvents(clock, (error) => log.error({ err: error }, "showing an event"));
  const live = createLive(events, store, clock, (error) => log.error({ err: error }, "drawing a card"));
  const surfaces: Surface[] = [];
  const engine = createEngine({
    settings,
    bot: await botName(settings.dataDir),
    fleet: fleet.current,
    rights: askRights({
      fleet: fleet.current,
      standingOf: (actor) => surfaces.find(({ name }) => name === actor.surface)?.standingOf?.(actor),
    }),
    store,
    shells,
    clock,
    answers: (deployment, answer) => redact.learn(words(deployment, answer)),
    logs,
    audit: audit.append,
    log,
    makeId: randomId,
    redact,
    troubles,
    makeRoom: reserve.makeRoom,
    onChange: live.changed,
    onRun: live.began,
    onProgress: live.progressed,
  });
  const tools: CommandTools = {
    engine,
    store,
    troubles: troubles.all,
    fleet: fleet.current,
    now: () => clock.now(),
    commands,
    readLog: (deployment, bytes) => logs.tail(deployment.log, bytes),
    logLines: (deployment) => logs.lines(deployment.log),
    hasLog: (deployment) => logs.has(deployment.log),
  };
  const deliveries = await openDeliveries({
    directory: settings.dataDir,
    clock,
    lease,
    mask: redact.text,
    troubles,
  });
  const requestKeys = await openRequestKeys(settings.dataDir, clock, lease, (error) =>
    log.error(
      { err: error },
      "writing requests.json: a request that is repeated after a restart may be done again",
    ),
  );
  const desk = createDesk({
    requestKeys,
    tools,
    events,
    live,
    logs,
    audit: audit.append,
    redact,
    shells,
    clock,
    log,
    surfaces: () => [...surfaces, { name: "fleet.yaml", health: fleet.health }],
  });
  const told = await openTold(settings.dataDir, clock, lease);
  const threadParts = { desk, store, live, logs, redact, fleet: fleet.current, troubles, told, clock, log };
  if (settings.slack !== null) {
    const { slackSurface } = await import("../adapters/slack/index.ts");
    surfaces.push(
      slackSurface({
        ...settings.slack,
        desk,
        deliveries,
        log,
        ...platformThreads("slack", slackPace, threadParts),
      }),
    );
  }
  if (settings.discord !== null) {
    const { discordSurface } = await import("../adapters/discord/index.ts");
    surfaces.push(
      discordSurface({
        ...settings.discord,
        desk,
        deliveries,
        log,
        ...platformThreads("discord", discordPace, threadParts),
      }),
    );
  }
  const tokens = await openWebTokens(webTokensPath(settings.dataDir), (error) => {
    if (error === null) {
      troubles.clear("tokens");
    } else {
      log.error({ err: error }, "the tokens of people; the last ones stay in force");
      troubles.report("tokens", tokensCause(error));
    }
  });
  const sessions = await openWebSessions(settings.dataDir, clock, lease, troubles);
  const web = webSurface({
    desk,
    listen: settings.listen,
    allowedHosts: settings.allowedHosts,
    trustedProxies: settings.trustedProxies,
    token,
    people: tokens.current,
    spendCode: (code, isKnown) => spendLoginCode(settings.dataDir, code, clock.now(), isKnown),
    sessions,
    log,
    version: options.version,
  });
  surfaces.push(web);

  const watch: WatchParts = {
    troubles,
    clock,
    reserve,
    damage: damageReader(settings.dataDir),
    locks: store.locks,
    shells,
    platforms: surfaces.filter((surface) => surface !== web),
    retries: [deliveries.retry, sessions.retry],
  };
  const lookFailed = (error: unknown) => log.error({ err: error }, "looking for troubles");
  // What is known of the data directory is there before anybody can ask.
  await lookOnce(looksAtData(watch), lookFailed);
  // A port that is taken is said before anything is begun. Then hosts that wait for an answer come before people.
  await web.start();
  await engine.recover();
  await Promise.all(surfaces.filter((surface) => surface !== web).map((surface) => surface.start()));
  const stopped = new AbortController();
  void keepSummingUp(desk, clock, stopped.signal);
  void keepLooking(looksAtData(watch), lookEvery.data, clock, stopped.signal, lookFailed);
  void keepLooking(looksAtOthers(watch), lookEvery.others, clock, stopped.signal, lookFailed);
  void keepSweeping({
    directory: settings.dataDir,
    retention: settings.keepLogs,
    openLogs: async () => (await store.open()).map((deployment) => deployment.log),
    clock,
    log,
    signal: stopped.signal,
  });
  // The first look at the flake takes a moment, and nobody should have to wait for it.
  void keepComparing(fleet, hostsForFleet(engine), clock, stopped.signal, (error) =>
    log.error({ err: error }, "comparing fleet.yaml with the flake"),
  );
  // A token that was given is known to whoever gave it, and stays out of the journal.
  const isOwn = token !== null && settings.token === null;
  const link = isOwn ? await loginLink(web.url(), settings.dataDir, token, clock, log) : web.url();

  return {
    log,
    url: link,
    async stop() {
      stopped.abort();
      await engine.drain(deadlines.drain);
      await Promise.all(surfaces.map((surface) => surface.stop()));
      await desk.sumUp(true);
      fleet.stop();
      tokens.stop();
      await shells.close();
      await store.close();
      await deliveries.close();
      await audit.close();
      await unlock();
    },
  };
}
