import type { TestContext } from "node:test";
import { Client, type ClientOptions, GatewayIntentBits } from "discord.js";
import { type FakeDiscord, type FakeDiscordOptions, startFakeDiscord } from "../../../fakes/discord/index.ts";

/** A Discord that goes away with the test. */
export async function discordFor(t: TestContext, options: FakeDiscordOptions = {}): Promise<FakeDiscord> {
  const discord = await startFakeDiscord(options);
  t.after(() => discord.stop());
  return discord;
}

/** A client of the real discord.js, not yet logged in. */
export function clientFor(
  t: TestContext,
  discord: FakeDiscord,
  more: Partial<ClientOptions> = {},
): Client<true> {
  const client: Client<true> = new Client({
    intents: [GatewayIntentBits.Guilds],
    ...more,
    rest: { api: discord.apiUrl, ...more.rest },
  });
  client.on("error", () => {});
  t.after(() => client.destroy());
  return client;
}

/** A client that has logged in and knows its guild. */
export async function readyFor(
  t: TestContext,
  discord: FakeDiscord,
  more: Partial<ClientOptions> = {},
): Promise<Client<true>> {
  const client = clientFor(t, discord, more);
  const ready = new Promise<void>((resolve) => client.once("clientReady", () => resolve()));
  await client.login(discord.token);
  await ready;
  return client;
}
