import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { discordApi } from "../../../adapters/discord/api.ts";
import { discordChannel } from "../../../adapters/discord/channel.ts";
import { DeliveryError, type DeliveryFailure, type OutMessage } from "../../../src/chat/channel.ts";
import { type FakeDiscordOptions, startFakeDiscord } from "../../fakes/discord/index.ts";

/** A channel on a fake Discord whose time is turned by hand; it goes away with the test. */
export async function posting(t: TestContext, options: FakeDiscordOptions = {}) {
  let passed = 0;
  const now = () => Date.now() + passed;
  const discord = await startFakeDiscord({ now, rateLimits: false, ...options });
  t.after(() => discord.stop());
  const { id } = discord.channel("deploys");
  const lines: string[] = [];
  const note = (_: object, message: string) => void lines.push(message);
  const log = { debug: note, info: note, warn: note, error: note };
  const api = discordApi({ token: discord.token, apiUrl: discord.apiUrl });
  const posted: string[] = [];
  const channel = discordChannel({
    api,
    channel: id,
    bot: discord.bot.id,
    log,
    now,
    onPost: (key) => void posted.push(key),
  });
  return {
    discord,
    channel,
    api,
    log,
    lines,
    id,
    posted,
    now,
    later: (milliseconds: number) => {
      passed += milliseconds;
    },
  };
}

export async function failure(
  work: Promise<unknown>,
): Promise<{ kind: DeliveryFailure; retryAfter: number | null }> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof DeliveryError, String(error));
  return { kind: error.failure, retryAfter: error.retryAfter };
}

export function outMessage(change: Partial<OutMessage> = {}): OutMessage {
  return {
    key: "r-1/root",
    thread: null,
    threadName: "deploy yoga · 7f3a",
    text: "Deploy yoga",
    blocks: [],
    mention: null,
    broadcast: false,
    ...change,
  };
}
