import assert from "node:assert/strict";
import { test } from "node:test";
import { RateLimitError, Routes } from "discord.js";
import { rateLimiter } from "../../../fakes/discord/rate-limit.ts";
import { discordFor, manualClock, only, restFor } from "./client.ts";

const post = { method: "POST", headers: { "content-type": "application/json" } };

test("a channel takes five messages in five seconds, and another five after that", () => {
  const clock = manualClock();
  const limiter = rateLimiter({}, clock.now);
  const take = (channel: string, operation = "create_message") => limiter.take(operation, channel, false);
  const left = () => take("a").headers["x-ratelimit-remaining"];
  assert.deepEqual([left(), left(), left(), left(), left()], ["4", "3", "2", "1", "0"]);
  clock.pass(1000);
  const full = take("a");
  assert.deepEqual(full.wait, { seconds: 4, scope: "user" });
  assert.equal(full.headers["x-ratelimit-limit"], "5");
  assert.equal(full.headers["x-ratelimit-remaining"], "0");
  assert.equal(full.headers["x-ratelimit-reset-after"], "4.000");
  assert.equal(take("b").wait, undefined, "each channel has its own");
  assert.equal(take("a", "update_message").wait, undefined, "edits have their own");
  assert.equal(take("a", "get_channel").wait, undefined);
  clock.pass(4000);
  assert.equal(left(), "4");
});

test("fifty requests a second are all that one bot has, interactions aside", () => {
  const clock = manualClock();
  const limiter = rateLimiter({ global: 2 }, clock.now);
  const take = (isInteraction = false) => limiter.take("get_channel", "a", isInteraction).wait;
  assert.equal(take(true), undefined);
  assert.deepEqual([take(), take(), take()], [undefined, undefined, { seconds: 1, scope: "global" }]);
  assert.equal(take(true), undefined);
  clock.pass(1000);
  assert.equal(take(), undefined);
});

test("without limits everything may pass, and the headers say so", () => {
  const limiter = rateLimiter(false, () => 0);
  for (let count = 0; count < 200; count++) {
    const { wait, headers } = limiter.take("create_message", "a", false);
    assert.equal(wait, undefined);
    assert.equal(headers["x-ratelimit-remaining"], "4");
  }
});

test("a refusal says how long to wait, in the body and in the headers", async (t) => {
  const discord = await discordFor(t, { now: manualClock().now });
  const { id } = discord.channel("ops");
  const send = () =>
    fetch(`${discord.apiUrl}/v10${Routes.channelMessages(id)}`, {
      ...post,
      headers: { ...post.headers, authorization: `Bot ${discord.token}` },
      body: JSON.stringify({ content: "x" }),
    });
  for (let count = 0; count < 5; count++) {
    assert.equal((await send()).status, 200);
  }
  const refused = await send();
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get("retry-after"), "5");
  assert.equal(refused.headers.get("x-ratelimit-scope"), "user");
  assert.deepEqual(await refused.json(), {
    message: "You are being rate limited.",
    retry_after: 5,
    global: false,
  });
  assert.equal(discord.messages("ops").length, 5);
  assert.equal(discord.rateLimited, 1);
  assert.equal(discord.invalidRequests, 1);
});

test("discord.js reads the headers and is never refused", async (t) => {
  const discord = await discordFor(t, { rateLimits: { speed: 10 } });
  const { id } = discord.channel("ops");
  const rest = restFor(discord);
  const contents = Array.from({ length: 12 }, (_, index) => String(index));
  await Promise.all(contents.map((content) => rest.post(Routes.channelMessages(id), { body: { content } })));
  assert.deepEqual(
    discord.messages("ops").map((it) => it.content),
    contents,
  );
  assert.equal(discord.rateLimited, 0);
});

test("discord.js waits when it is refused all the same, and throws when it was told to", async (t) => {
  const discord = await discordFor(t);
  const { id } = discord.channel("ops");
  discord.faults.add("create_message", { kind: "ratelimited", seconds: 0.3 });
  const start = performance.now();
  await restFor(discord).post(Routes.channelMessages(id), { body: { content: "x" } });
  assert.ok(performance.now() - start >= 1000, "Retry-After has whole seconds");
  assert.equal(only(discord, "ops").content, "x");
  discord.faults.add("create_message", { kind: "ratelimited", seconds: 2, scope: "global" });
  const hasty = restFor(discord, { rejectOnRateLimit: () => true });
  await assert.rejects(
    hasty.post(Routes.channelMessages(id), { body: { content: "x" } }),
    (error) => error instanceof RateLimitError && error.global && error.retryAfter >= 2000,
  );
  discord.faults.add("create_message", { kind: "ratelimited", seconds: 2, scope: "shared" });
  await assert.rejects(
    restFor(discord, { rejectOnRateLimit: () => true }).post(Routes.channelMessages(id), {
      body: { content: "x" },
    }),
    (error) => error instanceof RateLimitError && error.scope === "shared",
  );
  assert.equal(discord.rateLimited, 3);
  assert.equal(discord.invalidRequests, 2, "what others used up is not counted");
});
