import assert from "node:assert/strict";
import { test } from "node:test";
import { doomed } from "../../../src/deploy/host-act.ts";
import { fakeSystem, storePath } from "../../fakes/fake-system.ts";
import { alice, type Bot, bob, createWorld, type World } from "../../fakes/world.ts";

/** A host that has generations 1 to 6, and runs the newest. */
async function withHistory(t: Parameters<typeof createWorld>[0]): Promise<World> {
  const world = await createWorld(t, ["yoga"]);
  const host = world.host("yoga");
  for (const number of [2, 3, 4, 5, 6]) {
    const system = fakeSystem(`yoga-${number}`);
    world.builder.systems.set(system.toplevel, system);
    host.store.add(system.toplevel);
    host.setProfile(system.toplevel);
    host.current = system.toplevel;
    host.bootDefault = system.toplevel;
  }
  host.booted = host.current;
  return world;
}

async function sayYes(bot: Bot, id: string) {
  const asked = await bot.asks(id);
  assert.equal(asked.phase, "confirm", asked.message ?? "");
  await bot.engine.decide(id, "switch", alice);
  return bot.ends(id);
}

const garbage = ["a", "b", "c"].map((name) => storePath(name));

test("gc shows what would go, deletes nothing before the click, and says what was freed", async (t) => {
  const world = await withHistory(t);
  const { acts } = world.host("yoga");
  acts.garbage.push(...garbage);
  const bot = await world.startBot();
  const id = await bot.act("yoga", { mode: "gc" });
  const asked = await bot.asks(id);
  assert.deepEqual(asked.act?.seen?.dead, { paths: 3, bytes: 3 * 1024 ** 2 });
  assert.equal(asked.act?.seen?.generations.length, 6);
  assert.equal(acts.garbage.length, 3);
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "done", ended.message ?? "");
  assert.match(
    ended.message ?? "",
    /^yoga: 3 store paths deleted, 3.00 MiB freed; 50 GiB is free there now, and was 50 GiB\.$/,
  );
  assert.equal(world.host("yoga").generations.size, 6, "it deletes no generation");
  assert.deepEqual(Object.keys(ended.times), ["check", "confirm", "collect"]);
  assert.match(ended.log, /^logs\/deploy\/gc-yoga-/);
});

test("gc looks again after its click: what lost its root since is not deleted by a yes to less", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.host("yoga").acts.garbage.push("/nix/store/a-old", "/nix/store/b-old");
  const bot = await world.startBot();
  const id = await bot.act("yoga", { mode: "gc" });
  await bot.asks(id);
  world.host("yoga").acts.garbage.push("/nix/store/c-precious");
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "superseded");
  assert.match(ended.message ?? "", /more garbage than the card showed: 3 paths, and it said 2 at most/);
  assert.equal(world.host("yoga").acts.garbage.length, 3);
  const again = await bot.act("yoga", { mode: "gc" });
  await bot.asks(again);
  world.host("yoga").acts.garbage.pop();
  await bot.engine.decide(again, "switch", alice);
  assert.equal((await bot.ends(again)).outcome, "done", "less than was shown is within the yes");
});

test("gc of a host without garbage asks nobody", async (t) => {
  const world = await withHistory(t);
  const bot = await world.startBot();
  const ended = await bot.ends(await bot.act("yoga", { mode: "gc" }));
  assert.equal(ended.outcome, "unchanged");
});

test("gc needs neither the flake nor the builder's Nix", async (t) => {
  const world = await withHistory(t);
  world.host("yoga").acts.garbage.push(...garbage);
  const bot = await world.startBot();
  await world.clock.settle(bot.engine.hosts());
  world.builderShell.forget();
  world.builderShell.on(/flake|nproc|git/, new Error("nobody may ask for this"));
  assert.equal((await sayYes(bot, await bot.act("yoga", { mode: "gc" }))).outcome, "done");
});

test("gc --verify names what is damaged, and a whole store is called so", async (t) => {
  const world = await withHistory(t);
  const { acts } = world.host("yoga");
  const bot = await world.startBot();
  const whole = await sayYes(bot, await bot.act("yoga", { mode: "gc", verify: true }));
  assert.equal(whole.outcome, "done");
  assert.match(whole.message ?? "", /Every path of its store is whole/);
  acts.damaged.push(storePath("nginx"));
  const ended = await sayYes(bot, await bot.act("yoga", { mode: "gc", verify: true }));
  assert.equal(ended.outcome, "failed");
  assert.match(ended.message ?? "", /But 1 of its paths is damaged/);
  assert.deepEqual(ended.lines, [`${storePath("nginx")} was modified`]);
  assert.match(ended.help ?? "", /--repair-path/);
});

test("a collection may be cancelled while it runs", async (t) => {
  const world = await withHistory(t);
  world.host("yoga").acts.garbage.push(...garbage);
  const bot = await world.startBot();
  const held = world.shell("yoga").hold("nix-collect-garbage");
  const id = await bot.act("yoga", { mode: "gc" });
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  await world.clock.until(held.hasStarted);
  assert.equal((await bot.engine.decide(id, "cancel", bob)).kind, "decided");
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "cancelled");
  assert.deepEqual([...world.host("yoga").processes], []);
  held.release();
});

test("a bot that dies while it collects ends what it left, and collects again", async (t) => {
  const world = await withHistory(t);
  world.host("yoga").acts.garbage.push(...garbage);
  const first = await world.startBot();
  const held = world.shell("yoga").hold("nix-collect-garbage");
  const id = await first.act("yoga", { mode: "gc" });
  await first.asks(id);
  await first.engine.decide(id, "switch", alice);
  await world.clock.until(held.hasStarted);
  first.kill();
  const second = await world.startBot();
  await second.engine.recover();
  const ended = await second.ends(id);
  assert.equal(ended.outcome, "done", ended.message ?? "");
  assert.match(ended.message ?? "", /3 store paths deleted/);
  assert.equal(ended.restarts, 0, "it asks nobody a second time");
  held.release();
});

test("a bot that is stopped while it collects leaves it open, and the next one collects", async (t) => {
  const world = await withHistory(t);
  world.host("yoga").acts.garbage.push(...garbage);
  const first = await world.startBot();
  const held = world.shell("yoga").hold("nix-collect-garbage");
  const id = await first.act("yoga", { mode: "gc" });
  await first.asks(id);
  await first.engine.decide(id, "switch", alice);
  await world.clock.until(held.hasStarted);
  await world.clock.settle(first.engine.drain(30_000));
  assert.equal((await first.record(id)).outcome, null);
  assert.deepEqual([...world.host("yoga").processes], [], "nothing of it runs on");
  first.kill();
  const second = await world.startBot();
  await second.engine.recover();
  assert.match((await second.ends(id)).message ?? "", /3 store paths deleted/);
  held.release();
});

test("prune deletes what the card says, keeps the newest, and writes the boot entries once", async (t) => {
  const world = await withHistory(t);
  const host = world.host("yoga");
  const bot = await world.startBot();
  const id = await bot.act("yoga", { mode: "prune", keep: 2 });
  const asked = await bot.asks(id);
  assert.deepEqual(asked.act === null ? [] : doomed(asked.act), [4, 3, 2, 1]);
  assert.equal(host.generations.size, 6);
  const ended = await sayYes(bot, id);
  assert.equal(ended.outcome, "done", ended.message ?? "");
  assert.equal(
    ended.message,
    "yoga: 4 generations deleted (4, 3, 2, 1), and the boot entries are written anew.",
  );
  assert.deepEqual([...host.generations.keys()], [5, 6]);
  assert.equal(host.acts.bootEntriesWritten, 1);
});

test("prune never deletes what runs, what was booted, and what boots next", async (t) => {
  const world = await withHistory(t);
  const host = world.host("yoga");
  host.booted = host.generations.get(2) ?? "";
  host.current = host.generations.get(3) ?? "";
  host.profile = 4;
  const bot = await world.startBot();
  const ended = await sayYes(bot, await bot.act("yoga", { mode: "prune", keep: 1 }));
  assert.equal(ended.outcome, "done", ended.message ?? "");
  assert.deepEqual([...host.generations.keys()], [2, 3, 4, 6]);
});

test("prune of nothing asks nobody", async (t) => {
  const world = await withHistory(t);
  const bot = await world.startBot();
  const ended = await bot.ends(await bot.act("yoga", { mode: "prune", keep: 6 }));
  assert.equal(ended.outcome, "unchanged");
  assert.match(ended.message ?? "", /no generation that may go/);
});

test("a prune whose boot entries cannot be written says so, and what to do", async (t) => {
  const world = await withHistory(t);
  world.host("yoga").acts.bootEntriesExit = 1;
  const bot = await world.startBot();
  const ended = await sayYes(bot, await bot.act("yoga", { mode: "prune", keep: 5 }));
  assert.equal(ended.outcome, "failed");
  assert.match(
    ended.message ?? "",
    /1 generation deleted \(1\), but the boot entries were not written: .* exited with 1\. The boot menu still lists/,
  );
  assert.match(
    ended.help ?? "",
    /\/nix\/var\/nix\/profiles\/system\/bin\/switch-to-configuration boot on yoga/,
  );
  assert.match(ended.lines.join(), /No space left/);
});

test("a prune during somebody else's switch is busy: before anything is deleted, and after", async (t) => {
  const world = await withHistory(t);
  const host = world.host("yoga");
  const bot = await world.startBot();
  host.isNixosLockHeld = true;
  const early = await bot.ends(await bot.act("yoga", { mode: "prune", keep: 1 }));
  assert.equal(early.outcome, "failed");
  assert.match(early.message ?? "", /another switch is under way/);
  host.isNixosLockHeld = false;
  const id = await bot.act("yoga", { mode: "prune", keep: 1 });
  await bot.asks(id);
  world.shell("yoga").once("--delete-generations", () => {
    host.isNixosLockHeld = true;
    return {};
  });
  const ended = await sayYes(bot, id);
  assert.equal(ended.outcome, "failed");
  assert.match(ended.message ?? "", /somebody else's switch holds NixOS's lock/);
});

test("a bot that dies in the middle of a prune does the rest", async (t) => {
  const world = await withHistory(t);
  const host = world.host("yoga");
  const first = await world.startBot();
  const held = world.shell("yoga").hold("profiles/system/bin/switch-to-configuration boot");
  const id = await first.act("yoga", { mode: "prune", keep: 5 });
  await first.asks(id);
  await first.engine.decide(id, "switch", alice);
  await world.clock.until(held.hasStarted);
  first.kill();
  assert.equal(host.generations.size, 5);
  const second = await world.startBot();
  await second.engine.recover();
  const ended = await second.ends(id);
  assert.equal(ended.outcome, "done", ended.message ?? "");
  assert.match(ended.message ?? "", /1 generation deleted \(1\)/);
  assert.equal(host.acts.bootEntriesWritten, 1);
  held.release();
});

test("a host that somebody changed since the card was made is left alone", async (t) => {
  const world = await withHistory(t);
  const bot = await world.startBot();
  const id = await bot.act("yoga", { mode: "prune", keep: 2 });
  await bot.asks(id);
  world.host("yoga").profile = 3;
  const ended = await sayYes(bot, id);
  assert.equal(ended.outcome, "superseded");
  assert.equal(world.host("yoga").generations.size, 6);
});

test("while one of them is under way nothing else may change the host", async (t) => {
  const world = await withHistory(t);
  world.fleet = "defaults: { whenBusy: refuse }";
  const bot = await world.startBot();
  await bot.asks(await bot.act("yoga", { mode: "reboot" }));
  await assert.rejects(bot.deploy("yoga"), /yoga is busy/);
  await assert.rejects(bot.act("yoga", { mode: "gc" }), /yoga is busy/);
  await bot.ends(await bot.deploy("yoga", { mode: "build-only" }));
});

test("a gc waits behind a deployment and behind a lock, as deployments do", async (t) => {
  const world = await withHistory(t);
  world.host("yoga").acts.garbage.push(...garbage);
  const bot = await world.startBot();
  const first = await bot.act("yoga", { mode: "reboot" });
  await bot.asks(first);
  const id = await bot.act("yoga", { mode: "gc" });
  await bot.reaches(id, ({ queue }) => queue.behind !== null);
  await bot.engine.decide(first, "cancel", alice);
  assert.equal((await sayYes(bot, id)).outcome, "done");
});

test("a host that takes two people for new code takes one for these", async (t) => {
  const world = await withHistory(t);
  world.fleet = "hosts: { yoga: { approvals: 2 } }";
  world.host("yoga").acts.garbage.push(...garbage);
  const bot = await world.startBot();
  assert.equal((await sayYes(bot, await bot.act("yoga", { mode: "gc" }))).outcome, "done");
});
