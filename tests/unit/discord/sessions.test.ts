import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { openGateway } from "../../../adapters/discord/gateway.ts";
import { repairs } from "../../../src/config/repairs.ts";
import { until } from "../../contracts/until.ts";
import { startFakeDiscord } from "../../fakes/discord/index.ts";

const patience = 120_000;
const hour = 60 * 60_000;
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The real discord.js on the fake Discord; the pauses that the bot asks for pass at once, but for those that `holds` names. */
async function room(t: TestContext, holds: (milliseconds: number) => boolean, most = 1_000) {
  const discord = await startFakeDiscord();
  const pauses: number[] = [];
  let time = Date.parse("2026-11-23T10:00:00.000Z");
  const sleep = (milliseconds: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      pauses.push(milliseconds);
      signal?.addEventListener("abort", () => reject(signal.reason));
      if (!holds(milliseconds)) {
        setImmediate(() => {
          time += milliseconds;
          resolve();
        });
      }
    });
  const gateway = openGateway({
    token: discord.token,
    apiUrl: discord.apiUrl,
    log: silent,
    patience,
    onInteraction: () => {},
    onMessage: () => {},
    pacing: { clock: { now: () => time, sleep }, random: () => 0.4 },
    limit: { most, within: hour },
  });
  t.after(async () => {
    await gateway.stop();
    await discord.stop();
  });
  const detail = () => gateway.health().detail;
  return { discord, gateway, pauses, detail };
}

test("sessions that get no answer are begun anew less and less often, and it is said since when there is none", async (t) => {
  // The tenth pause is held.
  const own = () => it.pauses.filter((pause) => pause !== patience && pause !== 1_000);
  const it: Awaited<ReturnType<typeof room>> = await room(
    t,
    (pause) => pause !== patience && own().length >= 10,
  );
  it.discord.gateway.silent = true;
  it.gateway.start();
  await until("ten pauses", () => own().length >= 10, 20_000, it.detail);
  assert.deepEqual(own(), [900, 1_800, 3_600, 7_200, 14_400, 28_800, 54_000, 54_000, 54_000, 54_000]);
  assert.match(it.detail(), /does not answer; no session since 10:00 UTC, tried again every 60 s at most/);
});

for (const [code, words] of [
  [4014, "an intent is not allowed"],
  [4004, "DISCORD_TOKEN is not valid"],
] as const) {
  test(`a session that Discord refuses for good (${code}) is not repeated, but looked at rarely`, async (t) => {
    const it = await room(t, () => true);
    it.gateway.start();
    await until("a session", () => it.gateway.health().ok, 10_000, it.detail);
    it.discord.gateway.close(code);
    await until("the words", () => it.detail().includes(words), 10_000, it.detail);
    assert.match(it.detail(), /looked at again every 60 min at most, and at once when the bot is restarted/);
    assert.equal(it.pauses.at(-1), repairs.refused.first * 0.9);
    assert.equal(it.discord.gateway.identifies.length, 1);
  });
}

test("discord.js begins no more sessions than Discord allows in the long run, and the bot says when it goes on", async (t) => {
  const it = await room(t, () => true, 1);
  it.gateway.start();
  await until("a session", () => it.gateway.health().ok, 10_000, it.detail);
  it.discord.gateway.invalidate(false);
  await until("the words", () => it.detail().includes("reset the token"), 20_000, it.detail);
  assert.match(it.detail(), /1 sessions were begun within an hour/);
  assert.equal(it.pauses.at(-1), hour);
  assert.equal(it.discord.gateway.identifies.length, 1);
});
