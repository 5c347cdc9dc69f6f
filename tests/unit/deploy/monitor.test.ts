import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import { waitsBehind } from "../../../src/deploy/queue.ts";
import type { DeployRequest } from "../../../src/deploy/requests.ts";
import { isAlarm, isAlarmed, isWatched, lookEvery } from "../../../src/deploy/watching.ts";
import { deploymentCard } from "../../../src/views/deployment-card.ts";
import { machineNamed } from "../../fakes/fake-host.ts";
import { fakeSystem } from "../../fakes/fake-system.ts";
import { aDeployment } from "../../fakes/records.ts";
import { alice, type Bot, bob, createWorld, type World } from "../../fakes/world.ts";

const minute = 60_000;

/** A world in which yoga has switched, and is watched for ten minutes. */
async function watching(
  t: TestContext,
  fleet = "hosts: { yoga: { monitor: 10m } }",
  request: Partial<DeployRequest> = {},
) {
  const world = await createWorld(t, ["yoga"]);
  world.fleet = fleet;
  const bot = await world.startBot();
  const id = await bot.deploy("yoga", request);
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  const record = await bot.reaches(id, (one) => isWatched(one) || one.outcome !== null);
  return { world, bot, id, record };
}

/** nginx of the system that yoga runs now. */
function setNginx(world: World, active: "active" | "failed"): void {
  const host = world.host("yoga");
  Object.assign(host.systemOf(host.current).units, {
    "nginx.service": active === "active" ? { active } : { active, sub: "failed", result: "exit-code" },
  });
}

const looks = (count: number) => (one: Deployment) => (one.monitor?.strip.length ?? 0) >= count;

async function again(world: World, bot: Bot): Promise<Bot> {
  bot.kill();
  const next = await world.startBot();
  await world.clock.settle(next.engine.recover());
  return next;
}

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

const byItself = "hosts: { yoga: { monitor: 10m, rollBackOnAlarm: true } }";

async function rollbackOf(bot: Bot, id: string): Promise<Deployment> {
  const all = (await bot.store.deployments({ host: "yoga", limit: 20 })).filter(
    ({ mode }) => mode === "rollback",
  );
  assert.equal(all.length, 1, "one roll back");
  assert.equal(all[0]?.alarmOf, id);
  return bot.ends(all[0]?.id ?? "");
}

test("with rollBackOnAlarm the host goes back without a click, in the name of whoever asked, and is locked", async (t) => {
  const { world, bot, id } = await watching(t, byItself, { by: bob });
  setNginx(world, "failed");
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "deployed-degraded");
  const back = await rollbackOf(bot, id);
  assert.match(ended.help ?? "", new RegExp(`${back.id} rolls it back by itself`));
  assert.equal(back.outcome, "deployed", back.message ?? "");
  assert.equal(back.requestedBy.name, "Bob");
  assert.deepEqual(back.confirmation?.decision?.by, {
    surface: "terminal",
    id: "switchyard",
    name: "Switchyard",
  });
  assert.match(back.reason ?? "", new RegExp(`the monitor of ${id} asked for it: nginx`));
  assert.equal(world.host("yoga").profile, 1);
  assert.equal((await bot.store.locks()).length, 1);
});

for (const when of ["the alarm was written", "the roll back had begun"] as const) {
  test(`a bot that died after ${when} rolls back once`, async (t) => {
    const world = await createWorld(t, ["yoga"]);
    world.fleet = byItself;
    let hasDied = false;
    const bot = await world.startBot({
      onChange: (one) => {
        const isIt = when === "the alarm was written" ? one.monitor?.alarm : one.alarmOf;
        if ((isIt ?? null) !== null && one.outcome === null && !hasDied) {
          hasDied = true;
          bot.kill();
        }
      },
    });
    const id = await bot.deploy("yoga");
    await bot.asks(id);
    await bot.engine.decide(id, "switch", alice);
    await bot.reaches(id, isWatched);
    setNginx(world, "failed");
    await world.clock.until(() => hasDied);
    const next = await world.startBot();
    await world.clock.settle(next.engine.recover());
    assert.equal((await next.ends(id)).outcome, "deployed-degraded");
    const back = await rollbackOf(next, id);
    assert.equal(back.outcome, "deployed", back.message ?? "");
    assert.equal(world.host("yoga").profile, 1);
  });
}

test("an alarm that cannot roll the host back says so, and what to do", async (t) => {
  const { world, bot, id } = await watching(t, byItself);
  world.host("yoga").answers = false;
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "deployed-degraded");
  assert.match(ended.help ?? "", /could not be rolled back by itself: .*\/rollback yoga 1 does it by hand/);
});

for (const rollBackOnAlarm of [false, true]) {
  test(`another machine that comes under the name of a watched host is an alarm, and is not rolled back (rollBackOnAlarm: ${rollBackOnAlarm})`, async (t) => {
    const { world, bot, id } = await watching(
      t,
      `hosts: { yoga: { monitor: 10m, rollBackOnAlarm: ${rollBackOnAlarm} } }`,
    );
    const yoga = world.host("yoga");
    const runs = yoga.current;
    yoga.machine = machineNamed("intruder");
    setNginx(world, "failed");
    const ended = await bot.ends(id);
    assert.equal(ended.outcome, "deployed-degraded");
    assert.match(
      ended.message ?? "",
      /while it was watched another machine answers as yoga: expected .*intruder/,
    );
    assert.match(ended.help ?? "", /Nothing was rolled back there\. Correct targetHost/);
    assert.equal(isAlarmed(ended), true, "it stops a run, and is told");
    assert.equal(yoga.current, runs);
    assert.deepEqual(
      (await bot.store.deployments({ host: "yoga", limit: 10 })).map(({ mode }) => mode),
      ["deploy"],
    );
    assert.doesNotMatch(JSON.stringify(deploymentCard(ended, null)), /Roll back/);
  });
}

test("another machine that runs something else is not taken for a change by hand", async (t) => {
  const { world, bot, id } = await watching(t);
  const yoga = world.host("yoga");
  yoga.machine = machineNamed("intruder");
  yoga.current = fakeSystem("other").toplevel;
  assert.match((await bot.ends(id)).message ?? "", /another machine answers as yoga/);
});
