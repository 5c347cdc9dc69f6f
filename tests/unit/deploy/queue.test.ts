import assert from "node:assert/strict";
import { test } from "node:test";
import { isWaiting, maxWaiting } from "../../../src/deploy/queue.ts";
import { fakeSystem } from "../../fakes/fake-system.ts";
import { alice, bob, createWorld, somebody } from "../../fakes/world.ts";

test("a second deployment of a host waits, says behind whom, and goes on when the first has ended", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const first = await bot.deploy("yoga");
  await bot.asks(first);
  const second = await bot.deploy("yoga", { by: bob });
  const waiting = await bot.reaches(second, isWaiting);
  assert.equal(waiting.queue.behind, `Alice's ${first} (deploy, confirm)`);
  assert.equal(waiting.phase, "check");
  assert.deepEqual(waiting.times, {}, "no phase has begun");
  await bot.engine.decide(first, "cancel", alice);
  await bot.ends(first);
  const asked = await bot.asks(second);
  assert.equal(asked.queue.state, "turn");
  assert.notEqual(asked.queue.until, null);
});

test("first come, first served", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const ids: string[] = [];
  for (let number = 0; number < 4; number++) {
    ids.push(await bot.deploy("yoga", { mode: "dry-run" }));
    await world.clock.advance(1_000);
  }
  for (const id of ids) {
    await bot.ends(id);
  }
  const began = bot.changes.filter(({ times }) => times.check !== undefined).map(({ id }) => id);
  const ended = bot.changes.filter(({ outcome }) => outcome !== null).map(({ id }) => id);
  assert.deepEqual([...new Set(began)], ids);
  assert.deepEqual([...new Set(ended)], ids);
});

test("of many at the same moment one has its turn at a time, and none is forgotten", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  await world.clock.settle(bot.engine.hosts());
  const request = { host: "yoga", mode: "dry-run", ref: null, reason: null, allowAnyRef: false } as const;
  const answers = await world.clock.settle(
    Promise.all(
      Array.from({ length: 6 }, () => bot.engine.deploy({ ...request, by: bob, command: "/deploy yoga" })),
    ),
  );
  const ids = answers.flatMap((answer) => (answer.kind === "started" ? answer.run.deployments : []));
  assert.equal(ids.length, 6);
  const outcomes: (string | null)[] = [];
  for (const id of ids) {
    outcomes.push((await bot.ends(id)).outcome);
    const atWork = (await bot.store.open()).filter((one) => !isWaiting(one));
    assert.ok(atWork.length <= 1, "two at once");
  }
  assert.deepEqual(new Set(outcomes), new Set(["tested"]));
});

test("a roll back goes before what only waits, and not before what is at work", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const done = await bot.deploy("yoga");
  await bot.asks(done);
  await bot.engine.decide(done, "switch", alice);
  await bot.ends(done);
  world.builder.commit("third", { yoga: fakeSystem("yoga-3") });
  const atWork = await bot.deploy("yoga");
  await bot.asks(atWork);
  await bot.engine.decide(atWork, "switch", alice);
  await bot.reaches(atWork, ({ phase }) => phase === "switch");
  const waits = await bot.deploy("yoga", { mode: "dry-run" });
  await bot.reaches(waits, isWaiting);
  const back = await bot.rollback("yoga", 1);
  assert.equal(isWaiting(await bot.record(back)), true);
  await bot.ends(atWork);
  await bot.reaches(back, (one) => !isWaiting(one));
  assert.equal(isWaiting(await bot.record(waits)), true);
  assert.match((await bot.record(waits)).queue.behind ?? "", new RegExp(back));
});

test("a roll back waits for no card that only asks, and that card is not decided over its head", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const done = await bot.deploy("yoga");
  await bot.asks(done);
  await bot.engine.decide(done, "switch", alice);
  await bot.ends(done);
  world.builder.commit("third", { yoga: fakeSystem("yoga-3") });
  const asks = await bot.deploy("yoga", { by: bob });
  await bot.asks(asks);
  const back = await bot.rollback("yoga", 1);
  assert.equal((await bot.asks(back)).phase, "confirm");
  const refused = await bot.engine.decide(asks, "switch", bob);
  assert.match(
    refused.kind === "refused" ? refused.message : "",
    /Alice is rolling yoga back to generation 1/,
  );
  await bot.engine.decide(back, "switch", alice);
  assert.equal((await bot.ends(back)).outcome, "deployed");
  await bot.engine.unlock("yoga", alice, true);
  await bot.engine.decide(asks, "switch", bob);
  assert.equal((await bot.ends(asks)).outcome, "superseded", "the host is not the one that the card shows");
});

test("a roll back is refused by no queue, however long", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.fleet = "defaults: { whenBusy: wait }";
  const bot = await world.startBot();
  const done = await bot.deploy("yoga");
  await bot.asks(done);
  await bot.engine.decide(done, "switch", alice);
  await bot.ends(done);
  world.builder.commit("third", { yoga: fakeSystem("yoga-3") });
  await bot.asks(await bot.deploy("yoga"));
  for (let number = 0; number < maxWaiting; number++) {
    await bot.deploy("yoga", { by: bob });
  }
  assert.equal((await bot.asks(await bot.rollback("yoga", 1))).phase, "confirm");
});

test("whoever waits can cancel, and nothing was done", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  await bot.asks(await bot.deploy("yoga"));
  const second = await bot.deploy("yoga", { by: bob });
  await bot.reaches(second, isWaiting);
  const before = world.ran.length;
  await bot.engine.decide(second, "cancel", bob);
  const ended = await bot.ends(second);
  assert.equal(ended.outcome, "cancelled");
  const after = world.ran.slice(before).filter(({ argv }) => argv.some((word) => word.includes("activate")));
  assert.deepEqual(after, []);
});

test("a wait has an end, and says what it waited behind", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.fleet = "defaults: { queueWithin: 1m, approveWithin: 2h }";
  const bot = await world.startBot();
  const first = await bot.deploy("yoga");
  await bot.asks(first);
  const ended = await bot.ends(await bot.deploy("yoga", { by: bob }));
  assert.equal(ended.outcome, "expired");
  assert.match(ended.message ?? "", new RegExp(`waited behind Alice's ${first}`));
  assert.equal((await bot.record(first)).outcome, null);
});

test("the queue of a host is bounded", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  await bot.asks(await bot.deploy("yoga"));
  for (let number = 0; number < maxWaiting; number++) {
    await bot.deploy("yoga", { by: bob });
  }
  await assert.rejects(bot.deploy("yoga", { by: bob }), /busy/);
});

test("whoever waits goes on waiting after a restart, in the same order, however often", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  let bot = await world.startBot();
  const first = await bot.deploy("yoga", { by: somebody("carol") });
  await bot.asks(first);
  const second = await bot.deploy("yoga", { by: bob });
  await bot.reaches(second, isWaiting);
  for (let restart = 0; restart < 5; restart++) {
    bot.kill();
    bot = await world.startBot();
    await world.clock.settle(bot.engine.recover());
    assert.equal((await bot.reaches(second, isWaiting)).outcome, null);
  }
  await bot.engine.decide(first, "cancel", alice);
  await bot.ends(first);
  assert.equal((await bot.asks(second)).phase, "confirm");
});
