import assert from "node:assert/strict";
import { test } from "node:test";
import { hostsForFleet } from "../../../src/deploy/fleet-hosts.ts";
import { ShellError } from "../../../src/remote/shell.ts";
import { confirmBlocks } from "../../../src/views/deployment-card.ts";
import { fakeSystem, storePath } from "../../fakes/fake-system.ts";
import { alice, createWorld, type World } from "../../fakes/world.ts";

/** A host with generations 1, 2 and 3, which runs 3. */
async function withHistory(t: Parameters<typeof createWorld>[0]): Promise<World> {
  const world = await createWorld(t, ["yoga"]);
  const host = world.host("yoga");
  for (const name of ["yoga-2", "yoga-3"]) {
    const system = fakeSystem(name);
    world.builder.systems.set(system.toplevel, system);
    host.store.add(system.toplevel);
    host.setProfile(system.toplevel);
    host.current = system.toplevel;
    host.bootDefault = system.toplevel;
  }
  return world;
}

test("previous goes to the generation before the one that boots", async (t) => {
  const world = await withHistory(t);
  const bot = await world.startBot();
  const id = await bot.rollback("yoga", "previous");
  const asked = await bot.asks(id);
  assert.equal(asked.phase, "confirm");
  assert.equal(asked.toGeneration, 2);
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "deployed");
  assert.equal(ended.message, "yoga is back on generation 2.");
  const host = world.host("yoga");
  assert.deepEqual([host.current, host.profile], [storePath("nixos-system-yoga-2"), 2]);
  assert.equal(host.generations.size, 3, "no generation is made");
  assert.equal(host.supervisors.get(id)?.plan["generation"], "2");
});

test("a number goes to that generation", async (t) => {
  const world = await withHistory(t);
  const bot = await world.startBot();
  const id = await bot.rollback("yoga", 1);
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  await bot.ends(id);
  assert.equal(world.host("yoga").current, storePath("nixos-system-yoga-1"));
  assert.equal(world.host("yoga").profile, 1);
});

test("previous of a gap goes to the nearest generation that is there", async (t) => {
  const world = await withHistory(t);
  world.host("yoga").generations.delete(2);
  const bot = await world.startBot();
  const asked = await bot.asks(await bot.rollback("yoga", "previous"));
  assert.equal(asked.toGeneration, 1);
});

test("a generation that is not there, and the current one, are refused with what there is", async (t) => {
  const world = await withHistory(t);
  const bot = await world.startBot();
  await assert.rejects(
    bot.rollback("yoga", 99_999),
    /unknown-generation.*yoga has no generation 99999.*It has 3, 2, 1/,
  );
  await assert.rejects(bot.rollback("yoga", 3), /unknown-generation.*yoga runs generation 3 already/);
  assert.deepEqual(await bot.store.open(), []);
  assert.equal(world.host("yoga").supervisors.size, 0);
});

test("the oldest generation has none before it", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  await assert.rejects(bot.rollback("yoga", "previous"), /yoga has no generation before 1/);
});

test("the generation that boots next can be gone back to while another one runs", async (t) => {
  const world = await withHistory(t);
  world.host("yoga").current = storePath("nixos-system-yoga-2");
  const bot = await world.startBot();
  const id = await bot.rollback("yoga", 3);
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  assert.equal((await bot.ends(id)).outcome, "deployed");
  assert.equal(world.host("yoga").current, storePath("nixos-system-yoga-3"));
});

test("the generation that runs, but would not boot next, can be made the one that boots", async (t) => {
  const world = await withHistory(t);
  const host = world.host("yoga");
  host.current = storePath("nixos-system-yoga-2");
  const bot = await world.startBot();
  const id = await bot.rollback("yoga", 2);
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  assert.equal((await bot.ends(id)).outcome, "deployed");
  assert.deepEqual([host.profile, host.bootDefault], [2, storePath("nixos-system-yoga-2")]);
});

test("a roll back needs neither the flake nor git nor Nix on the builder", async (t) => {
  const world = await withHistory(t);
  const bot = await world.startBot();
  await world.clock.settle(bot.engine.hosts());
  world.builderShell.on(/./, new ShellError("unreachable", "builder: gone"));
  world.ran.splice(0);
  const id = await bot.rollback("yoga", "previous");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  assert.equal((await bot.ends(id)).outcome, "deployed");
  assert.equal(
    world.ran.some(({ on }) => on === "builder"),
    false,
  );
});

test("a roll back shows what it would change, and waits for its click", async (t) => {
  const world = await withHistory(t);
  const bot = await world.startBot();
  const id = await bot.rollback("yoga", 1);
  const asked = await bot.asks(id);
  assert.deepEqual(asked.units?.restart, ["nginx.service"]);
  assert.equal(world.host("yoga").current, storePath("nixos-system-yoga-3"));
  assert.equal(world.host("yoga").roots.size, 2);
  await bot.engine.decide(id, "cancel", alice);
  assert.equal((await bot.ends(id)).outcome, "cancelled");
});

test("a roll back to a sick system goes forward again", async (t) => {
  const world = await withHistory(t);
  const sick = fakeSystem("yoga-1", { units: { "nginx.service": { active: "failed", result: "signal" } } });
  world.builder.systems.set(sick.toplevel, sick);
  const bot = await world.startBot();
  const id = await bot.rollback("yoga", 1);
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  assert.equal((await bot.ends(id)).outcome, "rolled-back");
  assert.equal(world.host("yoga").current, storePath("nixos-system-yoga-3"));
  assert.equal(world.host("yoga").profile, 3);
});

test("generations are listed newest first, with what runs and what boots next", async (t) => {
  const world = await withHistory(t);
  const bot = await world.startBot();
  const list = await world.clock.settle(bot.engine.generations("yoga"));
  assert.equal("kind" in list, false);
  assert.deepEqual(
    "kind" in list ? [] : list.map(({ number, isCurrent, isProfile }) => [number, isCurrent, isProfile]),
    [
      [3, true, true],
      [2, false, false],
      [1, false, false],
    ],
  );
});

test("a host that does not answer is a refusal with a hint, not an error", async (t) => {
  const world = await withHistory(t);
  const bot = await world.startBot();
  await world.clock.settle(bot.engine.hosts());
  world.host("yoga").answers = false;
  const answer = await world.clock.settle(bot.engine.generations("yoga"));
  assert.equal("kind" in answer && answer.code, "unavailable");
});

test("a roll back goes on with a warning where a deployment would stop: a full disk, a dry-activate that fails", async (t) => {
  const world = await withHistory(t);
  world.host("yoga").free.set("/boot", 1024);
  world.shell("yoga").on("dry-activate", { exitCode: 1, stderr: "boom" });
  world.shell("yoga").on("diff-closures", { exitCode: 1, stderr: "no nix here" });
  const bot = await world.startBot();
  const id = await bot.rollback("yoga", "previous");
  const asked = await bot.asks(id);
  assert.equal(asked.phase, "confirm");
  const warnings = asked.warnings.join("; ");
  assert.match(warnings, /MiB free for \/boot/);
  assert.match(warnings, /dry-activate exited with 1/);
  assert.match(warnings, /no nix here/);
  await bot.engine.decide(id, "switch", alice);
  assert.equal((await bot.ends(id)).outcome, "deployed");
});

test("NixOS's own lock stops a roll back too", async (t) => {
  const world = await withHistory(t);
  world.host("yoga").isNixosLockHeld = true;
  const bot = await world.startBot();
  const ended = await bot.ends(await bot.rollback("yoga", "previous"));
  assert.match(ended.message ?? "", /another switch is under way/);
});

test("a host that left the flake can go back all the same, once it was deployed from here", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  await bot.ends(id);
  world.builder.commit("without yoga", {});
  await bot.store.setInventory([]);
  const back = await bot.rollback("yoga", "previous");
  await bot.asks(back);
  await bot.engine.decide(back, "switch", alice);
  assert.equal((await bot.ends(back)).outcome, "deployed");
  await assert.rejects(bot.rollback("zephyrus", "previous"), /unknown-host/);
});

test("a bot that starts with a host in fleet.yaml that the flake lacks, and a builder that is away, rolls back as ever", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const first = await world.startBot();
  const id = await first.deploy("yoga");
  await first.asks(id);
  await first.engine.decide(id, "switch", alice);
  await first.ends(id);
  first.kill();
  world.fleet = "hosts: { yogaa: { approvals: 2, windows: ['Mon 09:00-10:00 UTC'] } }";
  world.builderShell.on(/./, new ShellError("unreachable", "builder: connect ECONNREFUSED"));
  const bot = await world.startBot();
  const compare = hostsForFleet(bot.engine);
  assert.equal(await world.clock.settle(compare("origin/main", ["yogaa"])), null, "nobody can say now");
  assert.deepEqual(
    await world.clock.settle(compare("origin/main", ["yoga"])),
    ["yoga"],
    "the last inventory",
  );
  const back = await bot.rollback("yoga", "previous");
  await bot.asks(back);
  await bot.engine.decide(back, "switch", alice);
  assert.equal((await bot.ends(back)).outcome, "deployed");
});

test("a profile that somebody changed meanwhile is left alone, and the sick system is taken back", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const units = { "nginx.service": { active: "failed", result: "signal" } };
  world.builder.commit("sick", { yoga: fakeSystem("yoga-2", { units }) });
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  await bot.reaches(id, ({ phase }) => phase === "validate");
  const host = world.host("yoga");
  host.setProfile(storePath("nixos-system-yoga-2"));
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "rolled-back");
  assert.match(ended.message ?? "", /the profile was changed to system-2-link meanwhile and is left so/);
  assert.deepEqual([host.current, host.profile], [storePath("nixos-system-yoga-1"), 2]);
});

test("a roll back to another kernel warns that a reboot is needed", async (t) => {
  const world = await withHistory(t);
  const older = fakeSystem("yoga-1", { kernel: "6.6.1" });
  world.builder.systems.set(older.toplevel, older);
  const bot = await world.startBot();
  const asked = await bot.asks(await bot.rollback("yoga", 1));
  assert.equal(asked.rebootNeeded, true);
  assert.match(JSON.stringify(confirmBlocks(asked)), /A reboot is needed/);
});

test("a flake that is broken by now is in nobody's way: the hosts are the last ones that were good", async (t) => {
  const world = await withHistory(t);
  const first = await world.startBot();
  await world.clock.settle(first.engine.hosts());
  first.kill();
  world.builder.commit("broken", {}, "origin/main", "error: syntax error");
  const bot = await world.startBot();
  const id = await bot.rollback("yoga", "previous");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  assert.equal((await bot.ends(id)).outcome, "deployed");
});
