import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeSystem } from "../../fakes/fake-system.ts";
import { alice, type Bot, bob, createWorld, type World } from "../../fakes/world.ts";

async function asked(world: World): Promise<{ bot: Bot; id: string }> {
  const bot = await world.startBot();
  const id = await bot.act("yoga", { mode: "reboot" });
  const card = await bot.asks(id);
  assert.equal(card.phase, "confirm", card.message ?? "");
  assert.equal(world.host("yoga").acts.reboots, 0);
  return { bot, id };
}

test("a reboot waits for a new boot, judges the host, and says which generation booted", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const { bot, id } = await asked(world);
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "done", ended.message ?? "");
  assert.match(
    ended.message ?? "",
    /^yoga rebooted into generation 1 with kernel .*, and answered after 2\d s\. It is as well as before\.$/,
  );
  assert.equal(world.host("yoga").acts.reboots, 1);
  assert.deepEqual(Object.keys(ended.times), ["check", "confirm", "reboot"]);
  assert.deepEqual(bot.errors, []);
});

test("a unit that does not come back makes it failed, and is named", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const host = world.host("yoga");
  const broken = fakeSystem("yoga-broken", {
    units: { "nginx.service": { active: "failed", sub: "failed" } },
  });
  world.builder.systems.set(broken.toplevel, broken);
  host.store.add(broken.toplevel);
  host.acts.onReboot = (booted) => {
    booted.current = broken.toplevel;
  };
  const { bot, id } = await asked(world);
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "failed");
  assert.match(ended.message ?? "", /It is not as well as before/);
  assert.match(ended.lines.join("\n"), /nginx\.service failed/);
});

test("a host that boots another generation than the profile's says so", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const host = world.host("yoga");
  const newer = fakeSystem("yoga-newer");
  world.builder.systems.set(newer.toplevel, newer);
  host.store.add(newer.toplevel);
  host.setProfile(newer.toplevel);
  const { bot, id } = await asked(world);
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "failed");
  assert.match(ended.lines.join("\n"), /it booted generation 1, and was to boot 2/);
});

test("without a new boot in time the end is unknown, and a later look tells it", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.fleet = "hosts: { yoga: { rebootWithin: 60s } }";
  const host = world.host("yoga");
  host.acts.rebootTakes = 300_000;
  const { bot, id } = await asked(world);
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "unknown");
  assert.match(ended.message ?? "", /no new boot was seen in time: .*timed out/i);
  const early = await world.clock.settle(bot.engine.lookAgain(id, bob));
  assert.equal(early.kind, "refused");
  await world.clock.advance(300_000);
  const late = await world.clock.settle(bot.engine.lookAgain(id, bob));
  assert.equal(late.kind, "looked");
  const corrected = await bot.record(id);
  assert.equal(corrected.outcome, "done");
  assert.match(corrected.message ?? "", /yoga rebooted into generation 1/);
});

test("an order that the host refuses leaves it alone", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.host("yoga").acts.rebootExit = 1;
  const { bot, id } = await asked(world);
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "failed");
  assert.match(ended.message ?? "", /did not take the order to reboot .* untouched/);
  assert.match(ended.lines.join(), /Access denied/);
});

test("it is too late to cancel once it was told to reboot", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const { bot, id } = await asked(world);
  await bot.engine.decide(id, "switch", alice);
  await world.clock.until(() => world.host("yoga").acts.reboots === 1);
  const answer = await bot.engine.decide(id, "cancel", bob);
  assert.deepEqual(answer.kind === "refused" && [answer.code, answer.message], [
    "too-late",
    "Alice clicked Reboot already, and yoga is rebooting.",
  ]);
  assert.equal((await bot.ends(id)).outcome, "done");
});

test("a bot that dies while a host reboots goes on to the end, and the host reboots once", async (t) => {
  for (const isUpAgain of [false, true]) {
    const world = await createWorld(t, ["yoga"]);
    const { bot, id } = await asked(world);
    await bot.engine.decide(id, "switch", alice);
    await world.clock.until(() => world.host("yoga").acts.reboots === 1);
    bot.kill();
    await world.clock.advance(isUpAgain ? 60_000 : 1_000);
    const second = await world.startBot();
    await second.engine.recover();
    const ended = await second.ends(id);
    assert.equal(ended.outcome, "done", ended.message ?? "");
    assert.equal(world.host("yoga").acts.reboots, 1);
  }
});

test("a bot that dies before the order was given gives it when it is back, but not much later", async (t) => {
  for (const [away, reboots, outcome] of [
    [5_000, 1, "done"],
    [20 * 60_000, 0, "unknown"],
  ] as const) {
    const world = await createWorld(t, ["yoga"]);
    const { bot, id } = await asked(world);
    const held = world.freshShell("yoga").hold(" reboot ");
    await bot.engine.decide(id, "switch", alice);
    await world.clock.until(held.hasStarted);
    bot.kill();
    await world.clock.advance(away);
    const second = await world.startBot();
    await second.engine.recover();
    assert.equal((await second.ends(id)).outcome, outcome);
    assert.equal(world.host("yoga").acts.reboots, reboots);
    held.release({ exitCode: 1 });
  }
});

test("a bot that is stopped while a host reboots leaves it open, and the next one goes on", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const { bot, id } = await asked(world);
  await bot.engine.decide(id, "switch", alice);
  await world.clock.until(() => world.host("yoga").acts.reboots === 1);
  await world.clock.settle(bot.engine.drain(30_000));
  const left = await bot.record(id);
  assert.deepEqual([left.phase, left.outcome], ["reboot", null]);
  bot.kill();
  const second = await world.startBot();
  await second.engine.recover();
  assert.equal((await second.ends(id)).outcome, "done");
  assert.equal(world.host("yoga").acts.reboots, 1);
});
