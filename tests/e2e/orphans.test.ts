import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { skip, useFleet, useHosts } from "./machine.ts";
import { useSlowWork, waitsOf } from "./slow-work.ts";

const host = "yoga";

describe("work whose bot or connection is gone, on real machines", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, host);
  const waits = waitsOf(host);
  const work = useSlowWork(fleet, host);

  test("a build whose connection is cut is ended as soon as the builder is reached again", async () => {
    const id = await work.wired().bot.start(`/deploy ${host} --ref origin/slow-build-${host}`);
    await work.untilRunning("builder", waits.build);
    work.wired().wire.cut();
    await delay(3_000);
    assert.equal((await work.running("builder", waits.build)).length > 0, true, "nobody could end it yet");
    work.wired().wire.mend();
    const ended = await work.wired().bot.ended(id, 60);
    await work.assertNothingIsLeft(id);
    assert.equal(ended.outcome, "failed");
    await work.theNextOneWorks();
  });

  test("a bot that is killed in a build ends it when it is back, and begins again", async () => {
    const id = await work.wired().bot.start(`/deploy ${host} --ref origin/slow-build-${host}`);
    await work.untilRunning("builder", waits.build);
    await work.wired().bot.kill();
    const [orphan] = await work.running("builder", waits.build);
    await work.wired().bot.again();
    await work.wired().bot.until(id, ({ restarts, phase }) => restarts === 1 && phase === "build");
    await work.untilRunning("builder", waits.build);
    const now = await work.running("builder", waits.build);
    assert.equal(now.includes(orphan ?? ""), false, "the first one is gone");
    assert.equal(now.length, 1);
    await work.cancelled(id, "build");
  });

  test("a bot that is stopped in a build leaves nothing running, and begins again when it is back", async () => {
    const id = await work.wired().bot.start(`/deploy ${host} --ref origin/slow-build-${host}`);
    await work.untilRunning("builder", waits.build);
    assert.equal(await work.wired().bot.stop(), 0);
    await work.assertNothingIsLeft(id);
    await work.wired().bot.again();
    await work.untilRunning("builder", waits.build);
    await work.cancelled(id, "build");
    await work.theNextOneWorks();
  });
});
