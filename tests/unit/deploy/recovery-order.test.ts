import assert from "node:assert/strict";
import { test } from "node:test";
import { alice, createWorld } from "../../fakes/world.ts";

test("recovery waits for nobody's click", async (t) => {
  const world = await createWorld(t);
  const first = await world.startBot();
  const id = await first.deploy("yoga");
  await first.asks(id);
  first.kill();
  const bot = await world.startBot();
  const before = world.clock.now();
  await bot.engine.recover();
  assert.equal(world.clock.now(), before);
  assert.equal((await bot.record(id)).outcome, null);
});

test("hosts that switch are acked before anything else is begun, and before recovery says it is done", async (t) => {
  const world = await createWorld(t);
  const first = await world.startBot();
  const building = world.builderShell.hold("--out-link");
  const build = await first.deploy("hetzner-vps");
  await world.clock.until(building.hasStarted);
  const id = await first.deploy("yoga");
  await first.asks(id);
  await first.engine.decide(id, "switch", alice);
  const host = world.host("yoga");
  await world.clock.until(() => host.supervisors.get(id)?.state() === "activating");
  first.kill();
  await world.clock.until(() => host.supervisors.get(id)?.state().startsWith("activated") ?? false);
  world.ran.splice(0);
  const bot = await world.startBot();
  await world.clock.settle(bot.engine.recover());
  const words = world.ran.map(({ argv }) => argv.join(" "));
  const ack = words.findIndex((line) => line.endsWith("supervisor.sh ack"));
  assert.notEqual(ack, -1, "it is acked by now");
  const other = world.ran.findIndex(({ on }) => on === "builder" || on === "hetzner-vps");
  assert.equal(other === -1 || ack < other, true);
  assert.equal((await bot.ends(id)).outcome, "deployed");
  assert.equal((await bot.asks(build)).phase, "confirm");
});

test("a host that answers nobody holds up neither the others nor the start for long", async (t) => {
  const world = await createWorld(t);
  const first = await world.startBot();
  const ids: string[] = [];
  for (const host of ["yoga", "hetzner-vps"]) {
    const id = await first.deploy(host);
    await first.asks(id);
    ids.push(id);
  }
  for (const id of ids) {
    await first.engine.decide(id, "switch", alice);
  }
  const [dead = "", well = ""] = ids;
  await world.clock.until(() => world.host("hetzner-vps").supervisors.get(well)?.state() === "activating");
  first.kill();
  // It takes packets and says nothing: each question to it runs out of time.
  world.shell("yoga").on(/./, () => new Promise(() => {}));
  world.freshShell("yoga").on(/./, () => new Promise(() => {}));
  const bot = await world.startBot();
  const before = world.clock.now();
  await world.clock.settle(bot.engine.recover());
  assert.equal(world.clock.now() - before <= 12_000, true);
  assert.equal((await bot.ends(well)).outcome, "deployed");
  assert.equal((await bot.record(dead)).outcome, null);
  assert.equal((await bot.ends(dead)).outcome, "unknown");
});
