import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import {
  Client,
  type ClientOptions,
  DiscordAPIError,
  GatewayIntentBits,
  REST,
  type RESTOptions,
  type SendableChannels,
  Status,
} from "discord.js";
import { until } from "../../../contracts/until.ts";
import {
  type FakeDiscord,
  type FakeDiscordOptions,
  type Message,
  startFakeDiscord,
} from "../../../fakes/discord/index.ts";

/** Clients to end, by the Discord that they are connected to. */
const clients = new WeakMap<FakeDiscord, Client[]>();

/**
 * A Discord that goes away with the test, after the clients. `destroy()` of discord.js 14.28 does nothing to a client
 * that is about to connect again, which then tries for ever: so they are let in first.
 */
export async function discordFor(t: TestContext, options: FakeDiscordOptions = {}): Promise<FakeDiscord> {
  const discord = await startFakeDiscord(options);
  clients.set(discord, []);
  t.after(async () => {
    Object.assign(discord.gateway, { refuses: false, silent: false, acknowledges: true });
    const loggedIn = (clients.get(discord) ?? []).filter((it) => it.token !== null);
    for (const client of loggedIn) {
      await until("the connection", () => client.ws.shards.every((it) => it.status === Status.Ready));
      await client.destroy();
    }
    await discord.stop();
  });
  return discord;
}

/** A client of the real discord.js, not yet logged in. */
export function clientFor(discord: FakeDiscord, more: Partial<ClientOptions> = {}): Client<true> {
  const client: Client<true> = new Client({
    intents: [GatewayIntentBits.Guilds],
    ...more,
    rest: { api: discord.apiUrl, ...more.rest },
  });
  client.on("error", () => {});
  clients.get(discord)?.push(client);
  return client;
}

/** A client that has logged in and knows its guild. */
export async function readyFor(
  discord: FakeDiscord,
  more: Partial<ClientOptions> = {},
): Promise<Client<true>> {
  const client = clientFor(discord, more);
  const ready = new Promise<void>((resolve) => client.once("clientReady", () => resolve()));
  await client.login(discord.token);
  await ready;
  return client;
}

/** The REST client of discord.js alone, which tries nothing twice. */
export function restFor(discord: FakeDiscord, more: Partial<RESTOptions> = {}): REST {
  return new REST({ api: discord.apiUrl, retries: 0, ...more }).setToken(discord.token);
}

/** What Discord says no with: the status, the code and the sentence. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => assert.fail("it was accepted"),
    (reason) => reason,
  );
  assert.ok(error instanceof DiscordAPIError, `it is no answer of Discord's: ${String(error)}`);
  return `${error.status} ${error.code} ${error.message.split("\n")[0]}`;
}

export async function sendable(client: Client<true>, id: string): Promise<SendableChannels> {
  const channel = await client.channels.fetch(id);
  assert.ok(channel?.isSendable());
  return channel;
}

/** The one message that stands in the channel. */
export function only(discord: FakeDiscord, channel: string): Message {
  const [message, ...more] = discord.messages(channel);
  assert.ok(message);
  assert.equal(more.length, 0);
  return message;
}

/** A clock that is set by hand. */
export function manualClock(start = Date.UTC(2026, 0, 1)) {
  let time = start;
  return {
    now: () => time,
    pass(milliseconds: number) {
      time += milliseconds;
    },
  };
}

export const minute = 60_000;
export const hour = 60 * minute;
