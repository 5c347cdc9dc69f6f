import assert from "node:assert/strict";
import { test } from "node:test";
import { isWatched } from "../../../src/deploy/watching.ts";
import { alice, createWorld } from "../../fakes/world.ts";
import { again, looks, minute, setNginx, watching } from "./watched-host.ts";

test("a restarted bot watches on for what is left of the time", async (t) => {
  const { world, bot, id, record } = await watching(t);
  await bot.reaches(id, looks(2));
  const next = await again(world, bot);
  assert.equal((await next.record(id)).monitor?.until, record.monitor?.until);
  const ended = await next.ends(id);
  assert.equal(ended.outcome, "deployed");
  assert.equal(world.clock.now() - Date.parse(record.monitor?.until ?? "") < minute, true);
  const starts = world.ran.filter(({ argv }) => argv[3] === "start");
  assert.equal(starts.length, 1, "the switch is not made again");
});

test("a bot that was away for longer than the watch looks once before it says that all is well", async (t) => {
  const { world, bot, id } = await watching(t);
  bot.kill();
  await world.clock.advance(60 * minute);
  setNginx(world, "failed");
  const next = await world.startBot();
  await world.clock.settle(next.engine.recover());
  assert.equal((await next.ends(id)).outcome, "deployed-degraded");
});

test("a bot that died between the end of the switch and the watching watches all the same", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.fleet = "hosts: { yoga: { monitor: 10m } }";
  let hasDied = false;
  const bot = await world.startBot({
    onChange: (one) => {
      if (one.monitor !== null && !hasDied) {
        hasDied = true;
        bot.kill();
      }
    },
  });
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  await world.clock.until(() => hasDied);
  const next = await world.startBot();
  await world.clock.settle(next.engine.recover());
  const ended = await next.ends(id);
  assert.equal(ended.outcome, "deployed");
  assert.equal((ended.monitor?.strip.length ?? 0) > 10, true);
  const verdicts = world.ran.filter(({ argv }) => argv.includes("decide"));
  assert.equal(verdicts.length, 1, "what was committed is not judged again");
});

test("a drain leaves the watching to the next bot", async (t) => {
  const { world, bot, id } = await watching(t);
  await bot.reaches(id, looks(1));
  const before = world.clock.now();
  await world.clock.settle(bot.engine.drain(20_000));
  assert.equal(world.clock.now(), before);
  const left = await bot.record(id);
  assert.deepEqual([left.outcome, left.phase], [null, "monitor"]);
  const next = await again(world, bot);
  assert.equal((await next.ends(id)).outcome, "deployed");
});

test("a drain during the switch lets it end, and leaves the watching to the next bot", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.fleet = "hosts: { yoga: { monitor: 10m } }";
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  await bot.reaches(id, ({ phase }) => phase === "switch");
  await world.clock.settle(bot.engine.drain(60_000));
  assert.equal(isWatched(await bot.record(id)), true);
  const next = await again(world, bot);
  assert.equal((await next.ends(id)).outcome, "deployed");
});

test("a watching that goes on after a restart ends with the roll back that went on, too", async (t) => {
  const { world, bot, id } = await watching(t);
  const open = await bot.record(id);
  const back = await bot.rollback("yoga", 1);
  await bot.asks(back);
  await bot.ends(id);
  assert.notEqual(open.monitor, null);
  // As if the bot had died between the two writes.
  const store = bot.store;
  const beside = { ...open, id: "d-20261123-ffff" };
  await store.begin(
    {
      id: "r-20261123-ffff",
      kind: "deploy",
      command: "/deploy yoga",
      requestedBy: alice,
      deployments: [beside.id],
      createdAt: open.createdAt,
    },
    [beside],
    () => null,
  );
  const next = await again(world, bot);
  const ended = await next.ends(beside.id);
  assert.equal(ended.outcome, "deployed");
  assert.match(ended.message ?? "", new RegExp(`Watching ended with ${back}`));
});
