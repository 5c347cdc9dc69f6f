import assert from "node:assert/strict";
import { test } from "node:test";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import { isAlarmed, isWatched } from "../../../src/deploy/watching.ts";
import { deploymentCard } from "../../../src/views/deployment-card.ts";
import { machineNamed } from "../../fakes/fake-host.ts";
import { fakeSystem } from "../../fakes/fake-system.ts";
import { alice, type Bot, bob, createWorld } from "../../fakes/world.ts";
import { setNginx, watching } from "./watched-host.ts";

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
