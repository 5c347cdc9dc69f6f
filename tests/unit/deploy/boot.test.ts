import assert from "node:assert/strict";
import { test } from "node:test";
import { deploymentCard } from "../../../src/views/deployment-card.ts";
import { generationsBlocks } from "../../../src/views/generations.ts";
import { fakeSystem, storePath } from "../../fakes/fake-system.ts";
import { alice, createWorld, type World } from "../../fakes/world.ts";

const inhibited = { inhibitors: '{"dbus-implementation":"broker"}', dryActivateExit: 1 };

/** A flake whose next system of yoga must not be switched to. */
async function withInhibitor(t: Parameters<typeof createWorld>[0]): Promise<World> {
  const world = await createWorld(t, ["yoga"]);
  world.builder.commit("bad", { yoga: fakeSystem("yoga-3", inhibited) });
  return world;
}

test("a switch that an inhibitor forbids fails before it, and offers the next boot, with the ref that was asked for", async (t) => {
  const world = await withInhibitor(t);
  const bot = await world.startBot();
  const ended = await bot.ends(await bot.deploy("yoga"));
  assert.equal(ended.outcome, "failed");
  assert.equal(ended.phase, "dry-activate");
  assert.match(ended.help ?? "", /\/deploy yoga --boot installs it for the next boot/);
  const card = JSON.stringify(deploymentCard(ended, null));
  assert.match(card, /"Install for the next boot"/);
  assert.match(card, /\/deploy yoga --boot/);
  const other = JSON.stringify(deploymentCard({ ...ended, ref: "origin/next" }, null));
  assert.match(other, /\/deploy yoga --boot --ref=origin\/next/);
});

test("another failure of dry-activate offers no such thing", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.builder.commit("bad", { yoga: fakeSystem("yoga-3", { dryActivateExit: 1 }) });
  const bot = await world.startBot();
  const ended = await bot.ends(await bot.deploy("yoga"));
  assert.equal(ended.outcome, "failed");
  assert.doesNotMatch(JSON.stringify(deploymentCard(ended, null)), /next boot/);
});

test("--boot asks, sets profile and boot entry, and leaves what runs alone until a reboot", async (t) => {
  const world = await withInhibitor(t);
  const host = world.host("yoga");
  const old = host.current;
  const bot = await world.startBot();
  const id = await bot.deploy("yoga", { mode: "boot" });
  const asked = await bot.asks(id);
  assert.equal(asked.phase, "confirm", asked.message ?? "");
  assert.match(JSON.stringify(deploymentCard(asked, null)), /"Install for the next boot"/);
  assert.match(asked.warnings.join(), /waits for the next boot/);
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "done", ended.message ?? "");
  assert.match(
    ended.message ?? "",
    /^yoga boots the new system next, as generation 2; until then it runs what it ran/,
  );
  assert.equal(host.current, old);
  assert.equal(host.profile, 2);
  assert.equal(host.bootDefault, storePath("nixos-system-yoga-3"));
  assert.deepEqual(host.supervisors.get(id)?.states, ["committing", "committed system-2-link"]);
  assert.match(JSON.stringify(deploymentCard(ended, null)), /\/reboot yoga/);
  const [made] = await bot.store.deployments({ host: "yoga", limit: 1 });
  const generation = {
    number: 2,
    toplevel: storePath("nixos-system-yoga-3"),
    date: "",
    nixosVersion: "",
    kernel: "",
    revision: "",
    isCurrent: false,
    isProfile: true,
  };
  assert.match(
    JSON.stringify(generationsBlocks("yoga", [generation], made === undefined ? [] : [made], true)),
    /"boots next".*Alice, d-/,
  );
  const again = await bot.ends(await bot.deploy("yoga", { mode: "boot" }));
  assert.equal(again.outcome, "unchanged");
  assert.match(again.message ?? "", /boots this system next already/);
});

test("a boot entry that cannot be written is a failure that changed nothing", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.builder.commit("bad", { yoga: fakeSystem("yoga-3", { ...inhibited, bootExit: 1 }) });
  const host = world.host("yoga");
  const old = host.bootDefault;
  const bot = await world.startBot();
  const id = await bot.deploy("yoga", { mode: "boot" });
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "failed");
  assert.match(
    ended.message ?? "",
    /could not be made the next boot of yoga: the boot loader could not be written/,
  );
  assert.deepEqual([host.profile, host.bootDefault], [1, old]);
});

test("a bot that is gone after the click reads from the host how it went", async (t) => {
  const world = await withInhibitor(t);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga", { mode: "boot" });
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  await bot.reaches(id, ({ lastState }) => lastState !== null);
  bot.kill();
  const next = await world.startBot();
  await next.engine.recover();
  const ended = await next.ends(id);
  assert.equal(ended.outcome, "done", ended.message ?? "");
  assert.equal(world.host("yoga").supervisors.size, 1, "it was not done twice");
});
