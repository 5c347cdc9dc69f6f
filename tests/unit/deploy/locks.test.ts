import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { lockOn } from "../../../src/deploy/locks.ts";
import { isWaiting } from "../../../src/deploy/queue.ts";
import type { LockRequest } from "../../../src/deploy/requests.ts";
import { olderFile } from "../../fakes/older-file.ts";
import { alice, type Bot, bob, createWorld, somebody, type World } from "../../fakes/world.ts";

const carol = somebody("carol");
const request: LockRequest = {
  host: "yoga",
  reason: "new disk",
  lasts: null,
  by: carol,
  command: "/lock yoga new disk",
};

async function withBot(t: TestContext): Promise<{ world: World; bot: Bot }> {
  const world = await createWorld(t);
  const bot = await world.startBot();
  await world.clock.settle(bot.engine.hosts());
  return { world, bot };
}

test("a locked host is deployed by nobody, its owner included, and the refusal says who, why and since when", async (t) => {
  const { bot } = await withBot(t);
  const locked = await bot.engine.lock(request);
  assert.equal(locked.kind, "locked");
  for (const by of [carol, alice, bob]) {
    for (const mode of ["deploy", "dry-run"] as const) {
      await assert.rejects(
        bot.deploy("yoga", { by, mode }),
        /"locked".*yoga is locked: carol locked yoga at 2026-11-23 10:00 UTC: new disk/,
      );
    }
  }
  assert.equal((await bot.ends(await bot.deploy("yoga", { mode: "build-only" }))).outcome, "built");
  assert.equal((await bot.asks(await bot.deploy("hetzner-vps"))).phase, "confirm");
});

test("a lock is never taken from somebody in silence", async (t) => {
  const { world, bot } = await withBot(t);
  await bot.engine.lock(request);
  const again = await bot.engine.lock({ ...request, by: bob, reason: "mine now" });
  assert.equal(again.kind === "refused" && again.code, "locked");
  const byOther = await bot.engine.unlock("yoga", bob, false);
  assert.equal(byOther.kind === "refused" && byOther.code, "not-allowed");
  assert.equal((await bot.engine.locks()).length, 1);
  const byAdmin = await bot.engine.unlock("yoga", bob, true);
  assert.equal(byAdmin.kind, "unlocked");
  assert.deepEqual(await bot.engine.locks(), []);
  const [ended] = await bot.store.locks();
  assert.equal(ended?.ended?.by?.name, "Bob", "who ended it is kept");
  const audit = await readFile(join(world.directory, "audit.jsonl"), "utf8");
  assert.match(audit, /"name":"Bob"[^\n]*"what":"unlocked"[^\n]*carol locked yoga/);
  assert.equal(bot.runs.filter(({ kind }) => kind === "lock").length, 2, "its thread is told of both");
});

test("its owner ends a lock on another surface, too", async (t) => {
  const { bot } = await withBot(t);
  await bot.engine.lock(request);
  assert.equal((await bot.engine.unlock("yoga", somebody("carol", "discord"), false)).kind, "unlocked");
  const free = await bot.engine.unlock("yoga", carol, false);
  assert.equal(free.kind === "refused" && free.message, "yoga is not locked.");
});

test("a lock with an end ends by itself, is told to have, and outlives a restart until then", async (t) => {
  const { world, bot } = await withBot(t);
  await bot.engine.lock({ ...request, lasts: 3_600_000 });
  bot.kill();
  const second = await world.startBot();
  await world.clock.settle(second.engine.recover());
  assert.equal((await second.engine.locks()).length, 1);
  await assert.rejects(second.deploy("yoga"), /until 2026-11-23 11:00 UTC/);
  await world.clock.advance(3_600_002);
  assert.deepEqual(await second.engine.locks(), []);
  assert.equal((await second.store.locks())[0]?.ended?.how, "expired");
  assert.equal(second.runs.filter(({ kind }) => kind === "lock").length, 1);
});

test("an end that has come counts before anybody has written it down", () => {
  const lock = {
    ...request,
    run: "r-20261123-0001",
    since: "2026-11-23T10:00:00.000Z",
    until: "2026-11-23T11:00:00.000Z",
    deployment: null,
    ended: null,
  };
  assert.equal(lockOn([lock], "yoga", "2026-11-23T10:59:59.000Z"), lock);
  assert.equal(lockOn([lock], "yoga", "2026-11-23T11:00:00.000Z"), null);
  assert.equal(lockOn([lock], "hetzner-vps", "2026-11-23T10:30:00.000Z"), null);
  assert.notEqual(lockOn([{ ...lock, host: "*" }], "hetzner-vps", "2026-11-23T10:30:00.000Z"), null);
});

test("a lock stops a card that waits: its click is refused, and works when the lock has gone", async (t) => {
  const { world, bot } = await withBot(t);
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.lock(request);
  const refused = await bot.engine.decide(id, "switch", alice);
  assert.equal(refused.kind === "refused" && refused.code, "locked");
  assert.equal((await bot.record(id)).confirmation?.decision, null);
  await bot.engine.unlock("yoga", carol, false);
  assert.equal((await world.clock.settle(bot.engine.decide(id, "switch", alice))).kind, "decided");
  assert.equal((await bot.ends(id)).outcome, "deployed");
});

test("whoever waits in the queue waits for the lock, too, and goes on when it is gone", async (t) => {
  const { bot } = await withBot(t);
  const first = await bot.deploy("yoga");
  await bot.asks(first);
  const second = await bot.deploy("yoga", { by: bob });
  await bot.reaches(second, isWaiting);
  await bot.engine.lock(request);
  await bot.engine.decide(first, "cancel", alice);
  await bot.ends(first);
  const waiting = await bot.reaches(second, ({ queue }) => queue.behind?.startsWith("a lock") === true);
  assert.match(waiting.queue.behind ?? "", /carol locked yoga .*: new disk/);
  await bot.engine.unlock("yoga", carol, false);
  assert.equal((await bot.asks(second)).phase, "confirm");
});

test("a roll back works on a locked host, and locks a free one until somebody unlocks it", async (t) => {
  const { bot } = await withBot(t);
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  await bot.ends(id);
  const back = await bot.rollback("yoga", 1);
  await bot.asks(back);
  await bot.engine.decide(back, "switch", alice);
  assert.equal((await bot.ends(back)).outcome, "deployed");
  const [lock] = await bot.engine.locks();
  assert.equal(lock?.deployment, back);
  await assert.rejects(bot.deploy("yoga"), /rolled back to generation 1/);
  // Going forward again is a deployment, which the lock holds.
  await assert.rejects(bot.rollback("yoga", 2), /"locked"/);
  assert.equal(
    (await bot.engine.unlock("yoga", bob, false)).kind,
    "unlocked",
    "anybody's who may deploy there",
  );
  assert.equal((await bot.asks(await bot.deploy("yoga"))).phase, "confirm");
});

test("an admin's lock stacks on that of a roll back, and whoever rolled back takes only their own off", async (t) => {
  const { bot } = await withBot(t);
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  await bot.ends(id);
  const back = await bot.rollback("yoga", 1);
  await bot.asks(back);
  await bot.engine.decide(back, "switch", alice);
  await bot.ends(back);
  assert.equal((await bot.engine.lock({ ...request, isAdmin: true })).kind, "locked");
  const own = await bot.engine.unlock("yoga", alice, false);
  assert.ok(own.kind === "unlocked");
  assert.deepEqual([own.lock.deployment, own.remaining.map(({ by }) => by.name)], [back, ["carol"]]);
  const others = await bot.engine.unlock("yoga", alice, false);
  assert.equal(others.kind === "refused" && others.code, "not-allowed");
  await assert.rejects(bot.deploy("yoga"), /carol locked yoga/);
  assert.equal((await bot.engine.unlock("yoga", carol, false)).kind, "unlocked");
  assert.deepEqual(await bot.engine.locks(), []);
});

test("an admin's lock stacks on another person's, and each takes their own off", async (t) => {
  const { bot } = await withBot(t);
  await bot.engine.lock(request);
  assert.equal((await bot.engine.lock({ ...request, by: bob, isAdmin: true })).kind, "locked");
  await assert.rejects(bot.deploy("yoga"), /carol locked yoga .*; Bob locked yoga/);
  const again = await bot.engine.lock({ ...request, by: bob, isAdmin: true });
  assert.equal(again.kind, "refused", "one lock a person is enough");
  const byCarol = await bot.engine.unlock("yoga", carol, false);
  assert.deepEqual(byCarol.kind === "unlocked" && byCarol.remaining.map(({ by }) => by.name), ["Bob"]);
  assert.equal((await bot.engine.unlock("yoga", carol, false)).kind, "refused");
});

test("where fleet.yaml says so, a roll back locks nothing", async (t) => {
  const { world, bot } = await withBot(t);
  world.fleet = "defaults: { lockAfterRollback: false }";
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  await bot.ends(id);
  const back = await bot.rollback("yoga", 1);
  await bot.asks(back);
  await bot.engine.decide(back, "switch", alice);
  await bot.ends(back);
  assert.deepEqual(await bot.engine.locks(), []);
});

test("locks fail closed: one that cannot be read goes on holding its host", async (t) => {
  const { world, bot } = await withBot(t);
  await bot.engine.lock(request);
  bot.kill();
  const path = join(world.directory, "state.json");
  const older = JSON.stringify(await olderFile(path));
  await writeFile(path, older.replace('"reason":"new disk"', '"reason":7'));
  const second = await world.startBot();
  await assert.rejects(second.deploy("yoga"), /locked.*record of its lock was damaged/);
  assert.equal((await second.asks(await second.deploy("hetzner-vps"))).phase, "confirm");
  assert.equal((await second.engine.unlock("yoga", bob, false)).kind, "refused");
  assert.equal((await second.engine.unlock("yoga", bob, true)).kind, "unlocked");
});

test("locks fail closed: one byte of a lock's record that is wrong locks every host", async (t) => {
  const { world, bot } = await withBot(t);
  await bot.engine.lock(request);
  bot.kill();
  const path = join(world.directory, "state.json");
  await writeFile(
    path,
    (await readFile(path, "utf8")).replace('"host":"yoga","reason"', '"host":"yogb","reason"'),
  );
  const second = await world.startBot();
  assert.match(second.store.notices().join(), /1 record of state\.json could not be read \(1 of locks\)/);
  await world.clock.settle(second.engine.hosts());
  for (const host of ["yoga", "hetzner-vps"]) {
    await assert.rejects(
      second.deploy(host),
      /state\.json was damaged, and nobody knows which hosts were locked/,
    );
  }
});

test("locks fail closed: where the whole state was lost, every host is locked until an admin has looked", async (t) => {
  const { world, bot } = await withBot(t);
  await bot.engine.lock(request);
  bot.kill();
  await writeFile(join(world.directory, "state.json"), "{ not json");
  const second = await world.startBot();
  await world.clock.settle(second.engine.hosts());
  await assert.rejects(second.deploy("hetzner-vps"), /nobody knows which hosts were locked/);
  const one = await second.engine.unlock("hetzner-vps", bob, true);
  assert.match(one.kind === "refused" ? (one.help ?? "") : "", /unlock all/);
  assert.equal((await second.engine.unlock("*", bob, true)).kind, "unlocked");
  assert.equal((await second.asks(await second.deploy("hetzner-vps"))).phase, "confirm");
});
