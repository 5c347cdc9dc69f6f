import {
  Client,
  DefaultWebSocketManagerOptions,
  Events,
  GatewayDispatchEvents,
  GatewayIntentBits,
  type IShardingStrategy,
  SimpleShardingStrategy,
  type WebSocketOptions,
} from "discord.js";
import {
  type Pacing,
  pace,
  pauseAfter,
  realPacing,
  repairs,
  rest,
  sessionStarts,
  since,
  waitForStart,
  within,
} from "../../src/chat/platform/backoff.ts";
import type { Connection } from "../../src/chat/platform/chat-surface.ts";
import { type Fields, fieldsOf } from "../../src/chat/platform/json.ts";
import type { PlatformLog } from "../../src/chat/platform/parts.ts";
import { explain, isTokenTrouble } from "./check.ts";
import { reasonOf } from "./discord-error.ts";
import type { DiscordApp } from "./types.ts";

export interface GatewayOptions extends Pick<DiscordApp, "token" | "apiUrl"> {
  readonly log: PlatformLog;
  /** Milliseconds without a ready session after which a new one is begun from scratch. */
  readonly patience: number;
  readonly onInteraction: (payload: Fields) => void;
  readonly onMessage: (payload: Fields) => void;
  readonly pacing?: Pacing;
  /** How many sessions may be begun, and in which time. */
  readonly limit?: { readonly most: number; readonly within: number };
}

/** Ending a session says goodbye to Discord, and waits no longer than this for an answer. */
const destroyWithin = 1_000;
/** A session that lasted this long was no failure. */
const soon = 60_000;

/** `often`: it began more sessions than Discord allows in the long run. `refused`: what Discord will not take from this app. */
type Ending = "stopped" | "silent" | "often" | "ended" | "refused";

/**
 * Keeps a session with Discord's gateway. What the library does by itself is not done here: @discordjs/ws 1.2.3
 * (WebSocketShard: onClose, destroy) resumes or begins anew 500 ms after each end, without a longest pause or a last try, begins no
 * session within 5 s of another (SimpleIdentifyThrottler), and gives up for the codes 4004 and 4010 to 4014 alone. Here is
 * what it lacks: a session that it gives up, or that stays away too long, is begun anew with growing pauses, what Discord refuses is
 * looked at rarely, and sessions are counted.
 */
export function openGateway(options: GatewayOptions): Connection {
  const { log, patience, pacing = realPacing, limit = sessionStarts } = options;
  const { clock, random } = pacing;
  const stopping = new AbortController();
  const { signal } = stopping;
  let state = { ok: false, detail: "the gateway is connecting" };
  let running: Promise<void> = Promise.resolve();
  /** When sessions were begun; those that were resumed are none. */
  let starts: number[] = [];
  /** How discord.js said that it gives up. */
  let refusal = "";

  function set(ok: boolean, detail: string): void {
    if (state.detail !== detail) {
      state = { ok, detail };
      log.info({}, `discord: ${detail}`);
    }
  }

  /** Resolves when this session is over; rejects when there never was one. */
  async function session(): Promise<Ending> {
    const over = Promise.withResolvers<Ending>();
    let isOver = false;
    const client = new Client({
      // Not one of them is privileged: messages are read only where they mention the bot.
      intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages],
      rest: { retries: 0, ...(options.apiUrl === null ? {} : { api: options.apiUrl.replace(/\/+$/, "") }) },
      ws: {
        buildStrategy: (manager) => finalStrategy(manager, () => isOver),
        buildIdentifyThrottler: (manager) => counted(manager, () => over.resolve("often")),
      },
    });
    let away = null as AbortController | null;

    /** From the first moment without a session on; nothing but a ready one calls it off. */
    function watch(): void {
      if (away !== null) {
        return;
      }
      away = new AbortController();
      void rest(patience, AbortSignal.any([away.signal, signal]), clock).then((isDue) => {
        if (isDue) {
          over.resolve("silent");
        }
      });
    }
    function ready(): void {
      away?.abort();
      away = null;
      set(true, "connected to the gateway");
    }

    client.on(Events.ClientReady, ready);
    client.on(Events.ShardResume, ready);
    client.on(Events.ShardReady, ready);
    client.on(Events.ShardReconnecting, () => {
      set(false, "the gateway is away; connecting again");
      watch();
    });
    client.on(Events.ShardDisconnect, ({ code }) => {
      refusal = refusals[code] ?? `Discord ended the session for good (${code})`;
      over.resolve(refusals[code] === undefined ? "ended" : "refused");
    });
    client.on(Events.Invalidated, () => over.resolve("ended"));
    let lastError = "";
    client.on(Events.ShardError, (error) => {
      // It comes with every try, twice a second.
      if (reasonOf(error) !== lastError) {
        lastError = reasonOf(error);
        log.warn({ reason: lastError }, "discord: the gateway");
      }
    });
    client.on(Events.Error, (error) => log.error({ err: error }, "discord: an error in its library"));
    // As they came: what the library makes of them is not needed, and may throw for what it does not know.
    client.ws.on(GatewayDispatchEvents.InteractionCreate, (data) => options.onInteraction(fieldsOf(data)));
    client.ws.on(GatewayDispatchEvents.MessageCreate, (data) => options.onMessage(fieldsOf(data)));

    const stopped = () => over.resolve("stopped");
    signal.addEventListener("abort", stopped);
    watch();
    try {
      // While the gateway is down a login neither resolves nor rejects.
      const login = client.login(options.token);
      login.catch((error: unknown) => over.reject(error));
      return await over.promise;
    } finally {
      signal.removeEventListener("abort", stopped);
      away?.abort();
      isOver = true;
      await within(destroyWithin, "ending the session", client.destroy(), clock).catch(() => {});
    }
  }

  /** discord.js asks before it begins a session. Where it may not, it is left waiting, and its client is ended. */
  async function counted(
    manager: Parameters<typeof plainThrottler>[0],
    tooOften: () => void,
  ): Promise<{ waitForIdentify(shard: number, end: AbortSignal): Promise<void> }> {
    const plain = await plainThrottler(manager);
    return {
      async waitForIdentify(shard, end) {
        await plain.waitForIdentify(shard, end);
        if (waitForStart(limit, starts, clock.now()) > 0) {
          tooOften();
          await new Promise(() => {});
        }
        starts = [...starts, clock.now()].slice(-limit.most);
      },
    };
  }

  async function keepUp(): Promise<void> {
    let failures = 0;
    let lost = clock.now();
    while (!signal.aborted) {
      const began = clock.now();
      let ending: Ending | null = null;
      let why = "the gateway does not answer";
      let isFinal = false;
      try {
        ending = await session();
        isFinal = ending === "refused";
        why = isFinal || ending === "ended" ? refusal : why;
      } catch (error) {
        why = explain(error);
        isFinal = isTokenTrouble(error);
      }
      failures = clock.now() - began > patience + soon ? 1 : failures + 1;
      lost = failures > 1 ? lost : began;
      const pause = pauseAfter(repairs.connection, failures, { isFinal, retryAfter: null }, random);
      const early = waitForStart(limit, starts, clock.now());
      if (ending !== "stopped") {
        set(false, nextWords(why, isFinal, early, lost));
      }
      await rest(Math.max(pause, early), signal, clock);
    }
  }

  function nextWords(why: string, isFinal: boolean, early: number, lost: number): string {
    if (isFinal) {
      return `${why}; it is looked at again ${pace(repairs.refused)} at most, and at once when the bot is restarted`;
    }
    const often = `${limit.most} sessions were begun within an hour, and Discord would reset the token for more: it is tried again when that hour is over`;
    return early > 0
      ? `${often}; no session ${since(lost)}`
      : `${why}; no session ${since(lost)}, tried again ${pace(repairs.connection)} at most`;
  }

  return {
    start() {
      running = keepUp();
    },
    async stop() {
      stopping.abort();
      await running;
      state = { ok: false, detail: "stopped" };
    },
    health: () => state,
  };
}

/** discord.com/developers/docs/topics/opcodes-and-status-codes: the close codes after which a client must not connect again. */
const refusals: Readonly<Record<number, string>> = {
  4004: "Discord refuses the session (4004): DISCORD_TOKEN is not valid: copy the token from the application's page Bot",
  4010: "Discord refuses the session (4010): its shard is not valid; this is a mistake of the bot, report it",
  4011: "Discord refuses the session (4011): the bot is in too many servers for one session; this bot is made for one server",
  4012: "Discord refuses the session (4012): the version of its gateway is not valid any more; update Switchyard",
  4013: "Discord refuses the session (4013): its intents are not valid; this is a mistake of the bot, report it",
  4014: "Discord refuses the session (4014): an intent is not allowed to the application; see its page Bot",
};

const plainThrottler = DefaultWebSocketManagerOptions.buildIdentifyThrottler;

type Manager = Parameters<NonNullable<WebSocketOptions["buildStrategy"]>>[0];

/**
 * A session that is ended while it waits for an answer begins anew by itself (@discordjs/ws 1.2: the wait that is called
 * off counts as a failure). Before it connects it asks for its state: once it is over, it never gets that.
 */
function finalStrategy(manager: Manager, isOver: () => boolean): IShardingStrategy {
  const { retrieveSessionInfo } = manager.options;
  manager.options.retrieveSessionInfo = (shard) =>
    isOver() ? new Promise(() => {}) : retrieveSessionInfo(shard);
  return new SimpleShardingStrategy(manager);
}
