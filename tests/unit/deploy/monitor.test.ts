import assert from "node:assert/strict";
import { test } from "node:test";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import { waitsBehind } from "../../../src/deploy/queue.ts";
import { isAlarm, lookEvery } from "../../../src/deploy/watching.ts";
import { fakeSystem } from "../../fakes/fake-system.ts";
import { aDeployment } from "../../fakes/records.ts";
import { bob } from "../../fakes/world.ts";
import { looks, minute, setNginx, watching } from "./watched-host.ts";

test("two bad looks in a row are an alarm, and four in a row that nobody answered", () => {
  assert.equal(isAlarm(["ok", "bad"]), false);
  assert.equal(isAlarm(["bad", "ok", "bad"]), false);
  assert.equal(isAlarm(["ok", "bad", "bad"]), true);
  assert.equal(isAlarm(["away", "away", "away"]), false);
  assert.equal(isAlarm(["ok", "away", "away", "away", "away"]), true);
  assert.equal(isAlarm(["away", "away", "ok", "away", "away"]), false);
  assert.equal(isAlarm(["bad", "away", "bad"]), true, "not to be seen does not make it well");
});

test("a host is looked at every half minute, and four times where it is watched for less", () => {
  assert.equal(lookEvery(10 * minute), 30_000);
  assert.equal(lookEvery(20_000), 5_000);
});

test("nothing is watched where nobody asked for it", async (t) => {
  const { record } = await watching(t, "");
  assert.equal(record.outcome, "deployed");
  assert.equal(record.monitor, null);
  assert.equal(record.times.monitor, undefined);
});

test("a watched host has switched for good, and the end comes when the time is over", async (t) => {
  const { world, bot, id, record } = await watching(t);
  assert.equal(record.outcome, null);
  assert.equal(record.generation, 2);
  assert.equal(world.host("yoga").profile, 2, "committed before it is watched");
  assert.notEqual(record.baseline, null);
  const from = world.clock.now();
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "deployed");
  assert.match(ended.message ?? "", /as generation 2\. It was watched since, and stayed well/);
  assert.equal(world.clock.now() - from >= 9 * minute, true);
  assert.equal(ended.monitor?.strip.length, 20);
  assert.equal(ended.baseline, null);
});

test("--watch counts more than what fleet.yaml says", async (t) => {
  const { record } = await watching(t, "hosts: { yoga: { monitor: 10m } }", { watch: 40_000 });
  assert.equal(record.watch, 40_000);
});

test("a host that stops being well raises an alarm: degraded, with what is wrong", async (t) => {
  const { world, bot, id } = await watching(t);
  await bot.reaches(id, looks(2));
  setNginx(world, "failed");
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "deployed-degraded");
  assert.deepEqual(ended.monitor?.strip, ["ok", "ok", "bad", "bad"]);
  assert.match(ended.message ?? "", /as generation 2, and stopped being well while it was watched: nginx/);
  assert.match(ended.lines[0] ?? "", /nginx.service failed/);
  assert.match(ended.help ?? "", /\/rollback yoga 1/);
  const open = await bot.store.open();
  assert.deepEqual(open, [], "nobody asked it to go back by itself");
});

test("one bad look is no alarm, and the watching goes on until the host was seen well", async (t) => {
  const { world, bot, id } = await watching(t, "", { watch: 40_000 });
  await bot.reaches(id, looks(3));
  setNginx(world, "failed");
  await bot.reaches(id, looks(4));
  setNginx(world, "active");
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "deployed");
  assert.deepEqual(ended.monitor?.strip, ["ok", "ok", "ok", "bad", "ok"]);
});

test("a host that does not answer raises an alarm at the fourth look", async (t) => {
  const { world, bot, id } = await watching(t);
  await bot.reaches(id, looks(1));
  world.host("yoga").answers = false;
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "deployed-degraded");
  assert.deepEqual(ended.monitor?.strip, ["ok", "away", "away", "away", "away"]);
  assert.match(ended.message ?? "", /does not answer any more/);
});

test("somebody who changes the host ends the watching", async (t) => {
  const { world, bot, id } = await watching(t);
  const host = world.host("yoga");
  host.current = host.generations.get(1) ?? "";
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "deployed");
  assert.match(ended.message ?? "", /Somebody changed yoga while it was watched/);
});

test("a cancel ends the watching only", async (t) => {
  const { world, bot, id } = await watching(t);
  await bot.reaches(id, looks(1));
  const answer = await world.clock.settle(bot.engine.decide(id, "cancel", bob));
  assert.equal(answer.kind, "decided");
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "deployed");
  assert.match(ended.message ?? "", /Watching was ended by Bob\./);
  assert.equal(world.host("yoga").profile, 2);
});

test("a watched host is in the way of everything but a roll back", () => {
  const held = { outcome: "deployed", message: "", help: null, lines: [], generation: 2 } as const;
  const until = "2026-11-23T10:20:00.000Z";
  const monitor = {
    until,
    strip: [],
    alarm: null,
    problems: [],
    rollsBack: false,
    held: { ...held, lines: [] },
  };
  const open = [aDeployment({ phase: "monitor", monitor })];
  const behind = (mode: Deployment["mode"]) =>
    waitsBehind(aDeployment({ id: "d-20261123-0002", mode }), { open, locks: [] }, until);
  assert.equal(behind("rollback"), null);
  for (const mode of ["deploy", "dry-run", "gc", "prune", "reboot"] as const) {
    assert.match(behind(mode) ?? "", /deploy, monitor/);
  }
});

test("where a busy host refuses, it is said how the watching is ended", async (t) => {
  const { bot, id } = await watching(t, "hosts: { yoga: { monitor: 10m, whenBusy: refuse } }");
  await assert.rejects(bot.deploy("yoga"), new RegExp(`/cancel ${id} ends the watching`));
});

test("a deployment waits behind the watching, a roll back does not and ends it", async (t) => {
  const { world, bot, id } = await watching(t);
  world.builder.commit("third", { yoga: fakeSystem("yoga-3") });
  const waits = await bot.deploy("yoga", { by: bob });
  const waiting = await bot.reaches(waits, ({ queue }) => queue.state === "waiting");
  assert.match(waiting.queue.behind ?? "", /deploy, monitor/);
  const back = await bot.rollback("yoga", 1);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "deployed");
  assert.match(ended.message ?? "", /Watching ended, as Alice rolls it back/);
  assert.equal((await bot.asks(back)).phase, "confirm");
  assert.equal((await bot.record(waits)).queue.state, "waiting");
});
