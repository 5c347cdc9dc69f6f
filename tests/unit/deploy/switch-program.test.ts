import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeSystem, storePath } from "../../fakes/fake-system.ts";
import { alice, createWorld } from "../../fakes/world.ts";

async function withTwo(t: Parameters<typeof createWorld>[0]) {
  const world = await createWorld(t, ["yoga"]);
  const host = world.host("yoga");
  const system = fakeSystem("yoga-2");
  world.builder.systems.set(system.toplevel, system);
  host.store.add(system.toplevel);
  host.setProfile(system.toplevel);
  host.current = system.toplevel;
  host.bootDefault = system.toplevel;
  return { world, host, bot: await world.startBot() };
}

test("a running system that nothing could roll back to is found in check, before anything is built", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.host("yoga").withoutSwitchProgram.add(world.host("yoga").current);
  const bot = await world.startBot();
  const ended = await bot.ends(await bot.deploy("yoga"));
  assert.deepEqual([ended.outcome, ended.phase], ["failed", "check"]);
  assert.match(ended.message ?? "", /no bin\/switch-to-configuration, so nothing could roll back to it/);
});

test("a generation without a switch program is no goal of a roll back", async (t) => {
  const { host, bot } = await withTwo(t);
  host.withoutSwitchProgram.add(storePath("nixos-system-yoga-1"));
  const ended = await bot.ends(await bot.rollback("yoga", 1));
  assert.deepEqual([ended.outcome, ended.phase], ["failed", "check"]);
  assert.match(ended.message ?? "", /the generation to go to has no bin\/switch-to-configuration/);
});

test("a roll back away from a system without a switch program goes on, with a warning", async (t) => {
  const { host, bot } = await withTwo(t);
  host.withoutSwitchProgram.add(host.current);
  const asked = await bot.asks(await bot.rollback("yoga", 1));
  const found = asked.checks.find(({ name }) => name === "roll back");
  assert.equal(found?.state, "warning");
});

test("a tool of the supervisor's that the running system lacks in sw/bin is found in check", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.host("yoga").lackingTools.add("sha256sum");
  const bot = await world.startBot();
  const ended = await bot.ends(await bot.deploy("yoga"));
  assert.deepEqual([ended.outcome, ended.phase], ["failed", "check"]);
  assert.match(ended.message ?? "", /lacks sha256sum in sw\/bin/);
});

test("without flock a deployment goes on with a warning, and a roll back whatever is missing", async (t) => {
  const { host, bot } = await withTwo(t);
  host.lackingTools.add("flock");
  const asked = await bot.asks(await bot.deploy("yoga"));
  assert.match(asked.checks.find(({ name }) => name === "roll back")?.detail ?? "", /lacks flock/);
  await bot.engine.decide(asked.id, "cancel", alice);
  await bot.ends(asked.id);
  host.lackingTools.add("nix-env");
  const back = await bot.asks(await bot.rollback("yoga", 1));
  assert.match(back.checks.find(({ name }) => name === "roll back")?.detail ?? "", /lacks nix-env, flock/);
});
