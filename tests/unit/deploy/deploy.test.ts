import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { storePath } from "../../fakes/fake-system.ts";
import { alice, bob, createWorld } from "../../fakes/world.ts";

test("a deployment that is confirmed ends as deployed, and the host runs and boots the new system", async (t) => {
  const world = await createWorld(t);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga", { reason: "a new nginx" });
  const asked = await bot.asks(id);
  assert.equal(asked.phase, "confirm");
  assert.equal(world.host("yoga").current, storePath("nixos-system-yoga-1"));
  const decided = await bot.engine.decide(id, "switch", bob);
  assert.equal(decided.kind, "decided");
  const ended = await bot.ends(id);

  assert.equal(ended.outcome, "deployed");
  assert.equal(ended.generation, 2);
  assert.equal(ended.message, "yoga runs the new system as generation 2.");
  assert.equal(ended.reason, "a new nginx");
  assert.equal(ended.nixVersion, "2.26.3");
  assert.deepEqual(ended.commit, {
    subject: "nginx: 1.27",
    author: "Alice",
    date: "2026-11-23T09:00:00+01:00",
  });
  assert.deepEqual(ended.diff, [{ name: "nginx", before: "1.26.0", after: "1.27.0", size: "+1.0 KiB" }]);
  assert.deepEqual(ended.units?.restart, ["nginx.service"]);
  assert.equal(ended.confirmation?.decision?.by.name, "Bob");
  assert.deepEqual(Object.keys(ended.times), [
    "check",
    "build",
    "copy",
    "dry-activate",
    "confirm",
    "switch",
    "validate",
  ]);
  assert.equal(
    Object.values(ended.times).every((time) => time?.finishedAt !== null),
    true,
  );

  const host = world.host("yoga");
  const toplevel = storePath("nixos-system-yoga-2");
  assert.equal(host.current, toplevel);
  assert.equal(host.bootDefault, toplevel);
  assert.equal(host.profile, 2);
  assert.deepEqual([...host.roots], [], "the gc-roots of the deployment are taken off");
  assert.equal(world.host("hetzner-vps").current, storePath("nixos-system-hetzner-vps-1"));
  assert.deepEqual(bot.errors, []);
});

test("everybody is told of each change, in the order of the phases, and of the run first", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  await bot.ends(id);
  assert.deepEqual(
    bot.runs.map((run) => run.deployments),
    [[id]],
  );
  const phases = bot.changes.map(({ phase, outcome }) => outcome ?? phase);
  assert.deepEqual(
    [...new Set(phases)],
    ["check", "build", "copy", "dry-activate", "confirm", "switch", "validate", "deployed"],
  );
});

test("the intent to switch is in state.json before the host is touched", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  let stored = "";
  world.shell("yoga").once(" start ", async () => {
    stored = await readFile(join(world.directory, "state.json"), "utf8");
    return { exitCode: 1, stderr: "no" };
  });
  await bot.engine.decide(id, "switch", alice);
  await bot.ends(id);
  const record = JSON.parse(stored).deployments[id];
  assert.equal(record.phase, "switch");
  assert.notEqual(record.supervisedUntil, null);
});

test("a dry run shows what would change and leaves the host as it is", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga", { mode: "dry-run" });
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "tested");
  assert.equal(ended.log, "logs/deploy/dry-run-yoga-20261123-100000.log");
  assert.deepEqual(ended.units?.restart, ["nginx.service"]);
  assert.equal(ended.diff.length, 1);
  assert.equal(world.host("yoga").current, storePath("nixos-system-yoga-1"));
  assert.equal(world.host("yoga").supervisors.size, 0);
  assert.deepEqual([...world.host("yoga").roots], []);
});

test("a build only builds: the host is never spoken to", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga", { mode: "build-only" });
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "built");
  assert.equal(ended.log, "logs/build/build-yoga-20261123-100000.log");
  assert.deepEqual([...new Set(world.ran.map(({ on }) => on))], ["builder"]);
  assert.equal(
    world.builder.roots.get(".cache/switchyard/roots/yoga.built"),
    storePath("nixos-system-yoga-2"),
  );
});

test("a host that runs the system already is left alone, and nothing is built or copied", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const host = world.host("yoga");
  host.store.add(storePath("nixos-system-yoga-2"));
  host.current = storePath("nixos-system-yoga-2");
  host.setProfile(host.current);
  const ended = await bot.ends(await bot.deploy("yoga"));
  assert.equal(ended.outcome, "unchanged");
  assert.equal(ended.generation, 2);
  const words = world.ran.flatMap(({ argv }) => argv);
  assert.equal(words.includes("--out-link"), false);
  assert.equal(words.includes("copy"), false);
});

test("a host that runs the system but would boot another one goes on to the card", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const host = world.host("yoga");
  host.store.add(storePath("nixos-system-yoga-2"));
  host.current = storePath("nixos-system-yoga-2");
  const id = await bot.deploy("yoga");
  assert.equal((await bot.asks(id)).phase, "confirm");
  await bot.engine.decide(id, "switch", alice);
  assert.equal((await bot.ends(id)).outcome, "deployed");
  assert.equal(host.bootDefault, storePath("nixos-system-yoga-2"));
});

test("a host that is the builder itself gets no copy", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.fleet = "hosts: { yoga: { targetHost: local } }";
  const bot = await world.startBot();
  world.host("yoga").store.add(storePath("nixos-system-yoga-2"));
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  assert.equal(
    world.ran.some(({ argv }) => argv.includes("copy")),
    false,
  );
  assert.equal(world.host("yoga").roots.size, 2, "both systems are held all the same");
});

test("a new kernel says that a reboot is needed", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  world.host("yoga").bootedKernel = "6.6.1";
  assert.equal((await bot.asks(await bot.deploy("yoga"))).rebootNeeded, true);
});

test("the log tells the whole story, and .info says how it ended", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", bob);
  const ended = await bot.ends(id);
  const log = await readFile(join(world.directory, ended.log), "utf8");
  for (const part of [
    "(asked by Alice on web)",
    "--- check",
    `origin/main is ${ended.revision}`,
    "--- build",
    "--- copy",
    "--- dry-activate",
    "would restart the following units: nginx.service",
    "--- confirm",
    "Bob said switch",
    "--- switch",
    "state: activated 0",
    "--- validate",
    "=== deployed: yoga runs the new system as generation 2.",
  ]) {
    assert.equal(log.includes(part), true, part);
  }
  const info = JSON.parse(await readFile(join(world.directory, ended.log.replace(".log", ".info")), "utf8"));
  assert.equal(info.outcome, "deployed");
  assert.equal(info.generation, 2);
  assert.equal(info.who, "Alice (web)");
  const audit = await readFile(join(world.directory, "audit.jsonl"), "utf8");
  assert.match(audit, /"what":"ended","about":"d-20261123-0002","detail":"deployed: /);
});

test("what the supervisor says stands in the log once", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", bob);
  const ended = await bot.ends(id);
  const log = await readFile(join(world.directory, ended.log), "utf8");
  assert.equal(log.match(/state: activating/g)?.length, 1);
});

test("an id that is taken already is not given out again", async (t) => {
  const world = await createWorld(t);
  const ids = ["r-20261123-0001", "d-20261123-000a", "r-20261123-0002", "d-20261123-000a", "d-20261123-000b"];
  const bot = await world.startBot({ makeId: () => ids.shift() ?? "d-20261123-ffff" });
  const first = await bot.deploy("yoga");
  await bot.asks(first);
  const second = await bot.deploy("hetzner-vps");
  await bot.asks(second);
  assert.notEqual(second, first);
  assert.equal((await bot.record(first)).host, "yoga");
});
