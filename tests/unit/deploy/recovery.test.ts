import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { ownedOn } from "../../fakes/fake-leftovers.ts";
import { fakeSystem, storePath } from "../../fakes/fake-system.ts";
import { alice, createWorld } from "../../fakes/world.ts";

const old = storePath("nixos-system-yoga-1");
const next = storePath("nixos-system-yoga-2");
const minute = 60_000;

test("a deployment that is begun again stays at its revision, though its branch went on", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const first = await world.startBot();
  const held = world.builderShell.hold("--out-link");
  const id = await first.deploy("yoga");
  await world.clock.until(held.hasStarted);
  const { revision } = await first.record(id);
  first.kill();
  world.builder.commit("newer", { yoga: fakeSystem("yoga-3") });
  const bot = await world.startBot();
  await world.clock.settle(bot.engine.recover());
  const asked = await bot.asks(id);
  assert.equal(asked.revision, revision);
  assert.equal(asked.toplevel, next);
  assert.deepEqual(asked.warnings, []);
});

test("a deployment that takes the bot down with it is ended after the third time", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  let bot = await world.startBot();
  let held = world.builderShell.hold("--out-link");
  const id = await bot.deploy("yoga");
  for (let restart = 0; restart <= 3; restart++) {
    await world.clock.until(held.hasStarted);
    bot.kill();
    held = world.builderShell.hold("--out-link");
    bot = await world.startBot();
    await world.clock.settle(bot.engine.recover());
  }
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "failed");
  assert.equal(
    ended.message,
    "the bot was restarted during build, as it was 3 times before; the running system is untouched",
  );
  assert.deepEqual(ownedOn(world.builder), []);
});

test("the rest of a /build-all is built together again, under the limit it had", async (t) => {
  const world = await createWorld(t, ["a", "b", "c"]);
  const systems = Object.fromEntries(
    ["a", "b", "c"].map((name) => [name, fakeSystem(`${name}-3`, { buildTakes: 10_000 })]),
  );
  world.builder.commit("slow", systems);
  const first = await world.startBot();
  const request = { jobs: 2, ref: null, by: alice, allowAnyRef: false, command: "/build-all --jobs 2" };
  const started = await world.clock.settle(first.engine.buildAll(request));
  const ids = started.kind === "started" ? started.deployments.map(({ id }) => id) : [];
  await world.clock.until(() => world.builder.building === 2);
  first.kill();
  await world.clock.advance(minute);
  world.builder.mostBuilding = 0;
  world.builder.evaluators = 0;
  const bot = await world.startBot();
  await world.clock.settle(bot.engine.recover());
  for (const id of ids) {
    assert.equal((await bot.ends(id)).outcome, "built");
  }
  assert.deepEqual([world.builder.mostBuilding, world.builder.evaluators], [2, 2]);
});

test("a card waits on over a restart, and its click counts", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const first = await world.startBot();
  const id = await first.deploy("yoga");
  const { confirmation } = await first.asks(id);
  first.kill();
  const bot = await world.startBot();
  await bot.engine.recover();
  await world.clock.advance(5 * minute);
  const waiting = await bot.record(id);
  assert.equal(waiting.outcome, null);
  assert.equal(waiting.confirmation?.expiresAt, confirmation?.expiresAt, "it expires when it said it would");
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "deployed");
  assert.match(await readFile(join(world.directory, ended.log), "utf8"), /\(taken up again\)/);
});

test("a card that expired while the bot was away is expired", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const first = await world.startBot();
  const id = await first.deploy("yoga");
  await first.asks(id);
  first.kill();
  await world.clock.advance(31 * minute);
  const bot = await world.startBot();
  await bot.engine.recover();
  assert.equal((await bot.ends(id)).outcome, "expired");
});

test("a click made just before the bot died is carried out when it is back soon, and not hours later", async (t) => {
  for (const [away, outcome] of [
    [5 * minute, "deployed"],
    [3 * 60 * minute, "expired"],
  ] as const) {
    const world = await createWorld(t, ["yoga"]);
    const first = await world.startBot();
    const id = await first.deploy("yoga");
    await first.asks(id);
    // The bot dies on its last look at the host, after the click was stored.
    const held = world.shell("yoga").hold(" facts ");
    await first.engine.decide(id, "switch", alice);
    await world.clock.until(held.hasStarted);
    first.kill();
    await world.clock.advance(away);
    const bot = await world.startBot();
    await bot.engine.recover();
    const ended = await bot.ends(id);
    assert.equal(ended.outcome, outcome);
    assert.equal(world.host("yoga").current, outcome === "deployed" ? next : old);
  }
});

test("a bot that died before it started the supervisor finds that nothing began", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const first = await world.startBot();
  const id = await first.deploy("yoga");
  await first.asks(id);
  const held = world.shell("yoga").hold(" start ");
  await first.engine.decide(id, "switch", alice);
  await world.clock.until(held.hasStarted);
  assert.notEqual((await first.record(id)).supervisedUntil, null);
  first.kill();
  const bot = await world.startBot();
  await bot.engine.recover();
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "failed");
  assert.equal(ended.message, "the switch did not start; the running system is untouched.");
});

test("a bot that died during the activation acks and commits when it is back in time", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const first = await world.startBot();
  const id = await first.deploy("yoga");
  await first.asks(id);
  await first.engine.decide(id, "switch", alice);
  const host = world.host("yoga");
  await world.clock.until(() => host.supervisors.get(id)?.state() === "activating");
  first.kill();
  const bot = await world.startBot();
  await bot.engine.recover();
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "deployed");
  assert.equal(host.current, next);
  assert.equal(world.ran.filter(({ argv }) => argv[3] === "start").length, 1, "it is not started twice");
});

test("a bot that stays away lets the host go back, and reads that when it is back", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const first = await world.startBot();
  const id = await first.deploy("yoga");
  await first.asks(id);
  await first.engine.decide(id, "switch", alice);
  const host = world.host("yoga");
  await world.clock.until(() => host.supervisors.get(id)?.state() === "activating");
  first.kill();
  await world.clock.advance(5 * minute);
  assert.equal(host.current, old);
  const bot = await world.startBot();
  await bot.engine.recover();
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "rolled-back");
  assert.match(ended.message ?? "", /nobody could reach this host for 90 s/);
});

test("a bot that died while it validated judges anew and commits", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const first = await world.startBot();
  const id = await first.deploy("yoga");
  await first.asks(id);
  await first.engine.decide(id, "switch", alice);
  await first.reaches(id, ({ phase }) => phase === "validate");
  first.kill();
  const bot = await world.startBot();
  await bot.engine.recover();
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "deployed");
  assert.equal(ended.generation, 2);
});

test("a bot that died after it said commit reads that it was committed", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const first = await world.startBot();
  const id = await first.deploy("yoga");
  await first.asks(id);
  await first.engine.decide(id, "switch", alice);
  const host = world.host("yoga");
  await world.clock.until(() => host.supervisors.get(id)?.state().startsWith("committed") ?? false);
  first.kill();
  const bot = await world.startBot();
  await bot.engine.recover();
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "deployed");
  assert.equal(ended.generation, 2);
  assert.equal(world.ran.filter(({ argv }) => argv.includes("decide")).length, 1);
});

test("a bot that comes back long after everything, to a host that was rebooted, still says what runs", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const first = await world.startBot();
  const id = await first.deploy("yoga");
  await first.asks(id);
  await first.engine.decide(id, "switch", alice);
  await first.reaches(id, ({ phase }) => phase === "validate");
  first.kill();
  world.host("yoga").reboot();
  await world.clock.advance(24 * 60 * minute);
  const bot = await world.startBot();
  await bot.engine.recover();
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "rolled-back");
  assert.match(ended.message ?? "", /rebooted/);
});

test("a bot that comes back long after the deadlines reads the supervisor's last word", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const first = await world.startBot();
  const id = await first.deploy("yoga");
  await first.asks(id);
  await first.engine.decide(id, "switch", alice);
  await first.reaches(id, ({ phase }) => phase === "validate");
  first.kill();
  await world.clock.advance(24 * 60 * minute);
  const bot = await world.startBot();
  await bot.engine.recover();
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "rolled-back");
  assert.match(ended.message ?? "", /nobody decided for 300 s/);
});

test("a roll back is taken up like a deployment", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const first = await world.startBot();
  const host = world.host("yoga");
  host.store.add(next);
  host.current = next;
  host.setProfile(next);
  const id = await first.rollback("yoga", 1);
  await first.asks(id);
  await first.engine.decide(id, "switch", alice);
  await world.clock.until(() => host.supervisors.get(id)?.state() === "activating");
  first.kill();
  const bot = await world.startBot();
  await bot.engine.recover();
  assert.equal((await bot.ends(id)).outcome, "deployed");
  assert.equal(host.current, old);
  assert.equal(host.profile, 1);
});
