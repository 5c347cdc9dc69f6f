import { pauseAfter, rest, within } from "../../src/chat/platform/backoff.ts";
import type { Fields } from "../../src/chat/platform/json.ts";
import { laterChannel } from "../../src/chat/platform/later-channel.ts";
import { createRoots } from "../../src/chat/platform/roots.ts";
import { createSeen } from "../../src/chat/platform/seen.ts";
import type { Surface } from "../../src/chat/surface.ts";
import { type Api, discordApi } from "./api.ts";
import { discordChannel } from "./channel.ts";
import { explain, isTokenTrouble, readChannel, readSelf, type Self } from "./check.ts";
import { discordError, reasonOf } from "./discord-error.ts";
import { type Gateway, openGateway } from "./gateway.ts";
import { createHandlers } from "./handlers.ts";
import { parseInteraction, parseMention } from "./parse.ts";
import { registerCommands } from "./register.ts";
import { discordResponses } from "./responses.ts";
import type { DiscordOptions, OpenThreads } from "./types.ts";

export { inviteLink } from "./permissions.ts";
export { registerNow } from "./register.ts";
export type { DiscordOptions } from "./types.ts";

const tokenPause = 5 * 60_000;
/** A bot that cannot work in its channel looks again this often at most. */
const channelPause = 30_000;
const drain = 2_000;
const gatewayPatience = 2 * 60_000;
/** How many interactions and messages are remembered, as the gateway may bring one twice. */
const remembered = 5_000;

/** Discord as a surface. It starts at once, whatever Discord does, and keeps trying; health() says how it stands. */
export function discordSurface(options: DiscordOptions): Surface {
  const { log, desk, guildId, now = Date.now } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  /** Ends calls that are still under way when a stop has waited enough. */
  const calls = new AbortController();
  const later = laterChannel("discord");
  const inHand = new Set<Promise<void>>();
  const seen = createSeen(remembered);
  let gateway: Gateway | null = null;
  let threads: OpenThreads | null = null;
  let self = { ok: false, detail: "not started" };
  let isJoined = false;
  let problems: readonly string[] = [];
  let registration: string | null = null;
  let running: Promise<unknown> = Promise.resolve();

  function keep(work: Promise<void>): void {
    const done: Promise<void> = work
      .catch((error: unknown) => log.error({ err: error }, "discord: handling a delivery"))
      .finally(() => inHand.delete(done));
    inHand.add(done);
  }

  async function run(): Promise<void> {
    const api = discordApi(options, calls.signal);
    const known = await signIn(api);
    if (known === null || signal.aborted) {
      return;
    }
    const roots = createRoots(signal);
    const responses = discordResponses(api, options.applicationId);
    const handlers = createHandlers({ desk, api, responses, roots, guildId, log });
    /** Null for what came before, which is left alone. */
    const once = <Value>(id: unknown, value: Value): Value | null => (seen([String(id)]) ? null : value);
    gateway = openGateway({
      ...options,
      patience: options.gatewayPatience ?? gatewayPatience,
      onInteraction(payload: Fields) {
        const input = once(payload["id"], parseInteraction(payload));
        if (input !== null) {
          keep(handlers.handle(input));
        }
      },
      onMessage(payload: Fields) {
        const mention = payload["guild_id"] === guildId ? parseMention(payload, known.user) : null;
        if (mention !== null && once(mention.message, mention) !== null) {
          keep(handlers.mentioned(mention));
        }
      },
    });
    gateway.start();
    const parts = { api, channel: options.channelId, bot: known.user, log, now, onPost: roots.posted };
    await Promise.all([join(api, known, () => later.open(discordChannel(parts))), register(api)]);
  }

  /** Until Discord knows the token; null when the bot is stopped before. */
  async function signIn(api: Api): Promise<Self | null> {
    for (let failures = 1; !signal.aborted; failures += 1) {
      try {
        const found = await readSelf(api);
        self = { ok: true, detail: `@${found.name}` };
        return found;
      } catch (error) {
        self = { ok: false, detail: explain(error) };
        log.error({ reason: reasonOf(error) }, `discord: ${self.detail}`);
        await rest(isTokenTrouble(error) ? tokenPause : pauseAfter(failures), signal);
      }
    }
    return null;
  }

  /** Until the bot can work in its channel. Commands are answered in the meantime. */
  async function join(api: Api, known: Self, open: () => void): Promise<void> {
    for (let failures = 1; !signal.aborted; failures += 1) {
      let wait = Math.min(channelPause, pauseAfter(failures));
      try {
        const found = await readChannel(api, options, options.channelId, known);
        if (found.problems.join() !== problems.join()) {
          found.problems.map((problem) => log.error({}, `discord: ${problem}`));
        }
        problems = found.problems;
        if (found.isReady && !signal.aborted) {
          open();
          isJoined = true;
          log.info({ channel: found.name }, "discord: the channel is ready");
          return;
        }
      } catch (error) {
        problems = [`the channel could not be checked: ${reasonOf(error)}`];
        log.warn({}, `discord: ${problems[0]}`);
        wait = discordError(error).retryAfter ?? wait;
      }
      await rest(wait, signal);
    }
  }

  /** Makes the server's commands those of this version of the bot. */
  async function register(api: Api): Promise<void> {
    for (let failures = 1; !signal.aborted; failures += 1) {
      try {
        const { isChanged, names } = await registerCommands(api, options, desk.commands());
        registration = null;
        log.info({ isChanged, commands: names.length }, "discord: the commands are registered");
        return;
      } catch (error) {
        registration = `the commands could not be registered: ${reasonOf(error)}`;
        log.error({}, `discord: ${registration}`);
        await rest(Math.max(discordError(error).retryAfter ?? 0, pauseAfter(failures)), signal);
      }
    }
  }

  return {
    name: "discord",
    async start() {
      self = { ok: false, detail: "connecting" };
      threads = options.openThreads(later.channel);
      running = run().catch((error: unknown) => {
        self = { ok: false, detail: `starting: ${reasonOf(error)}` };
        log.error({ err: error }, "discord: starting");
      });
    },
    async stop() {
      stopping.abort();
      later.close();
      const ending = [gateway?.stop(), Promise.allSettled(inHand), threads?.stop()];
      await Promise.all(
        ending.map((work) => within(drain, "stopping", Promise.resolve(work)).catch(() => {})),
      );
      calls.abort();
      await within(drain, "stopping", running).catch(() => {});
    },
    health() {
      const parts = [
        self,
        ...[...problems, registration].flatMap((detail) => (detail === null ? [] : [{ ok: false, detail }])),
        ...[gateway, threads].flatMap((part) => (part === null ? [] : [part.health()])),
      ];
      return {
        ok: parts.every(({ ok }) => ok) && gateway !== null && isJoined,
        detail: parts.map(({ detail }) => detail).join("; "),
      };
    },
  };
}
