import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { confirmBlocks } from "../../../src/views/deployment-card.ts";
import { fakeSystem } from "../../fakes/fake-system.ts";
import { alice, createWorld } from "../../fakes/world.ts";

/** yoga runs the specialisation `gaming` of generation 1; the next system has one of that name, or not. */
async function playing(t: TestContext, hasIt: boolean) {
  const world = await createWorld(t, ["yoga"]);
  const { systems } = world.builder;
  const host = world.host("yoga");
  const [before, after] = [fakeSystem("yoga-1-gaming"), fakeSystem("yoga-2-gaming")];
  const first = fakeSystem("yoga-1", { specialisations: { gaming: before.toplevel } });
  const next = fakeSystem("yoga-2", hasIt ? { specialisations: { gaming: after.toplevel } } : {});
  for (const system of [before, after, first, next]) {
    systems.set(system.toplevel, system);
  }
  host.store.add(before.toplevel).add(after.toplevel);
  host.current = before.toplevel;
  return { world, host, bot: await world.startBot(), before, after, first, next };
}

test("a host that runs a specialisation is kept in it, and its profile and boot entry get the new system", async (t) => {
  const { host, bot, before, after, next } = await playing(t, true);
  const id = await bot.deploy("yoga");
  const card = await bot.asks(id);
  assert.equal(card.runs, after.toplevel);
  assert.match(JSON.stringify(confirmBlocks(card)), /specialisation gaming of generation 1/);
  await bot.engine.decide(id, "switch", alice);
  assert.equal((await bot.ends(id)).outcome, "deployed");
  assert.deepEqual(
    [host.current, host.generations.get(host.profile ?? 0), host.bootDefault],
    [after.toplevel, next.toplevel, next.toplevel],
  );
  assert.equal((await bot.ends(await bot.deploy("yoga"))).outcome, "unchanged");
  const back = await bot.rollback("yoga", "previous");
  await bot.asks(back);
  await bot.engine.decide(back, "switch", alice);
  assert.equal((await bot.ends(back)).outcome, "deployed");
  assert.deepEqual([host.current, host.profile], [before.toplevel, 1], "going back keeps it, too");
});

test("a specialisation that the new system lacks is not dropped in silence: the card says so", async (t) => {
  const { host, bot, next } = await playing(t, false);
  const id = await bot.deploy("yoga");
  const card = await bot.asks(id);
  assert.match(
    JSON.stringify(confirmBlocks(card)),
    /gaming, which the new system does not have: a switch drops it/,
  );
  await bot.engine.decide(id, "switch", alice);
  assert.equal((await bot.ends(id)).outcome, "deployed");
  assert.equal(host.current, next.toplevel);
});

test("a sick specialisation goes back to the one that ran", async (t) => {
  const { world, host, bot, before, after } = await playing(t, true);
  const units = { "nginx.service": { active: "failed", result: "signal" } };
  world.builder.systems.set(after.toplevel, { ...after, units });
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  assert.equal((await bot.ends(id)).outcome, "rolled-back");
  assert.deepEqual([host.current, host.profile], [before.toplevel, 1]);
});
