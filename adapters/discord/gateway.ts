import {
  Client,
  Events,
  GatewayDispatchEvents,
  GatewayIntentBits,
  type IShardingStrategy,
  SimpleShardingStrategy,
  type WebSocketOptions,
} from "discord.js";
import { pauseAfter, rest, tokenPause, within } from "../../src/chat/platform/backoff.ts";
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
}

/** Ending a session says goodbye to Discord, and waits no longer than this for an answer. */
const destroyWithin = 1_000;
/** A session that lasted this long was no failure. */
const soon = 60_000;

type Ending = "stopped" | "silent" | "ended";

/**
 * Keeps a session with Discord's gateway. discord.js resumes what is lost for a moment; here a session that it gives up,
 * or that stays away too long, is begun anew.
 */
export function openGateway(options: GatewayOptions): Connection {
  const { log, patience } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let state = { ok: false, detail: "the gateway is connecting" };
  let running: Promise<void> = Promise.resolve();

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
      ws: { buildStrategy: (manager) => finalStrategy(manager, () => isOver) },
    });
    let away = null as AbortController | null;

    /** From the first moment without a session on; nothing but a ready one calls it off. */
    function watch(): void {
      if (away !== null) {
        return;
      }
      away = new AbortController();
      void rest(patience, AbortSignal.any([away.signal, signal])).then((isDue) => {
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
      set(false, `Discord ended the session for good (${code})`);
      over.resolve("ended");
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
      await within(destroyWithin, "ending the session", client.destroy()).catch(() => {});
    }
  }

  async function keepUp(): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const since = Date.now();
      let pause = 0;
      try {
        const ending = await session();
        if (ending === "silent") {
          set(false, "the gateway does not answer; trying again");
        }
      } catch (error) {
        set(false, explain(error));
        pause = isTokenTrouble(error) ? tokenPause : 0;
      }
      failures = Date.now() - since > soon ? 1 : failures + 1;
      await rest(Math.max(pause, pauseAfter(failures)), signal);
    }
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
