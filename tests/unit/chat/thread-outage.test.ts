import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryError } from "../../../src/chat/channel.ts";
import { repairs } from "../../../src/config/repairs.ts";
import { deploy, minute, outage, room } from "./broken-channel.ts";

test("an outage of a day is tried at a slow rate, ends nothing, and everything stands there afterwards", async () => {
  const it = await room();
  let isDown = true;
  const tries = outage(it, () => isDown);
  const id = deploy(it);
  it.desk.reach(id, "confirm");
  await it.clock.advance(24 * 60 * minute);
  assert.ok(tries.length <= (24 * 60 * minute) / repairs.thread.longest + 10, `${tries.length} tries`);
  assert.match(it.threads.health().detail, /1 threads wait: service unavailable/);
  isDown = false;
  await it.clock.advance(repairs.thread.longest + 5_000);
  assert.match(it.channel.text("/card"), /"Switch"/);
  assert.equal(it.find("/losses"), undefined);
  assert.equal(it.threads.health().ok, true);
  await it.threads.stop();
});

test("the first thread that gets through wakes the others, so that none waits out its pause", async () => {
  const it = await room();
  let isDown = true;
  outage(it, () => isDown);
  deploy(it);
  await it.clock.advance(50 * minute);
  isDown = false;
  // Its own first try works at once.
  deploy(it, "zephyrus");
  await it.clock.advance(1_000);
  assert.equal(it.channel.messages.filter(({ message }) => message.key.endsWith("/root")).length, 2);
  await it.threads.stop();
});

test("a thread that fails for a reason of its own is not tried at the pace of one that works", async () => {
  const it = await room();
  const [run] = [it.desk.begin(["yoga"]).run.id];
  const post = it.channel.post;
  let tries = 0;
  Object.assign(it.channel, {
    post: async (...[message, since]: Parameters<typeof post>) => {
      if (message.key.startsWith(run)) {
        tries += 1;
        throw new DeliveryError("temporary", "internal_error");
      }
      return post(message, since);
    },
  });
  const other = deploy(it, "zephyrus");
  for (let step = 0; step < 600; step++) {
    it.desk.reach(other, "build", { reason: `step ${step}` });
    await it.clock.advance(3_000);
  }
  assert.ok(tries <= 30, `${tries} tries in half an hour`);
  await it.threads.stop();
});

test("a rate limit of a second that never ends is asked less and less often", async () => {
  const it = await room();
  let tries = 0;
  Object.assign(it.channel, {
    post: async () => {
      tries += 1;
      throw new DeliveryError("rate-limited", "ratelimited", 1_000);
    },
  });
  deploy(it);
  await it.clock.advance(60 * minute);
  assert.ok(tries <= 50, `${tries} tries in an hour`);
  await it.threads.stop();
});
