import assert from "node:assert/strict";
import { test } from "node:test";
import { alice, createWorld } from "../../fakes/world.ts";

const within = 20_000;

test("a drain leaves a waiting card alone, and does not wait for it", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  const before = world.clock.now();
  await world.clock.settle(bot.engine.drain(within));
  assert.equal(world.clock.now(), before);
  assert.equal((await bot.record(id)).outcome, null);
});

test("a drain stops what has not asked yet, sees it gone, and leaves it to be begun again", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const held = world.builderShell.hold("--out-link");
  const id = await bot.deploy("yoga");
  await world.clock.until(held.hasStarted);
  const before = world.clock.now();
  await world.clock.settle(bot.engine.drain(within));
  assert.equal(world.clock.now(), before);
  assert.deepEqual([...world.builder.processes], []);
  const left = await bot.record(id);
  assert.deepEqual([left.outcome, left.phase], [null, "build"]);
  bot.kill();
  const again = await world.startBot();
  await world.clock.settle(again.engine.recover());
  assert.equal((await again.asks(id)).phase, "confirm");
});

test("a drain lets a switch go on to its end", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  await bot.reaches(id, ({ phase }) => phase === "switch");
  await world.clock.settle(bot.engine.drain(60_000));
  assert.equal((await bot.record(id)).outcome, "deployed");
});

test("a drain does not wait longer than it may", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  await bot.reaches(id, ({ phase }) => phase === "switch");
  const before = world.clock.now();
  await world.clock.settle(bot.engine.drain(1_000));
  assert.equal(world.clock.now() - before, 1_000);
  assert.equal((await bot.record(id)).outcome, null);
});

test("a drain with a waiting card does not wait longer for the others than they take", async (t) => {
  const world = await createWorld(t);
  const bot = await world.startBot();
  await bot.asks(await bot.deploy("yoga"));
  const held = world.builderShell.hold("--out-link");
  await bot.deploy("hetzner-vps");
  await world.clock.until(held.hasStarted);
  const before = world.clock.now();
  await world.clock.settle(bot.engine.drain(within));
  assert.equal(world.clock.now() - before < within, true);
});

test("a mistake of ours in a drain never calls a host untouched that has switched", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot({
    onProgress({ phase }) {
      if (phase === "validate") {
        throw new Error("a mistake of ours");
      }
    },
  });
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  await bot.reaches(id, ({ phase }) => phase === "switch");
  await world.clock.settle(bot.engine.drain(60_000));
  const { outcome, message } = await bot.record(id);
  assert.equal(outcome, "unknown");
  assert.doesNotMatch(message ?? "", /untouched/);
});

test("a drain with nothing at work ends at once", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  await world.clock.settle(bot.engine.drain(within));
  assert.equal(world.clock.sleeping, 0);
});

test("a drain waits for a card that was decided, until the host is tidied up", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  const { roots } = world.host("yoga");
  assert.equal(roots.size, 2);
  const tidying = world.shell("yoga").hold("gcroots");
  await bot.engine.decide(id, "cancel", alice);
  await world.clock.until(tidying.hasStarted);
  let isOver = false;
  const drained = bot.engine.drain(within).then(() => {
    isOver = true;
  });
  await new Promise(setImmediate);
  assert.equal(isOver, false);
  tidying.release();
  await world.clock.settle(drained);
  assert.deepEqual([...roots.keys()], []);
});
