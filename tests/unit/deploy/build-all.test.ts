import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { type FakeSystem, fakeSystem } from "../../fakes/fake-system.ts";
import { alice, type Bot, createWorld, type World } from "../../fakes/world.ts";

const hosts = ["hetzner-vps", "ovh-vps", "yoga", "zephyrus"];

async function fleetOfFour(
  t: Parameters<typeof createWorld>[0],
  systems: Readonly<Record<string, FakeSystem | { error: string }>> = {},
): Promise<World> {
  const world = await createWorld(t, hosts);
  const all = Object.fromEntries(
    hosts.map((host) => [host, fakeSystem(`${host}-3`, { buildTakes: 10_000 })]),
  );
  world.builder.commit("all anew", { ...all, ...systems });
  return world;
}

async function buildAll(world: World, bot: Bot, jobs: number | null) {
  const started = await world.clock.settle(
    bot.engine.buildAll({ jobs, ref: null, by: alice, allowAnyRef: false, command: "/build-all" }),
  );
  assert.equal(started.kind, "started");
  return started.kind === "started" ? started.run.deployments : [];
}

async function outcomes(world: World, bot: Bot, jobs: number | null): Promise<Record<string, string | null>> {
  const ended = [];
  for (const id of await buildAll(world, bot, jobs)) {
    ended.push(await bot.ends(id));
  }
  return Object.fromEntries(ended.map(({ host, outcome }) => [host, outcome]));
}

test("every host is built, side by side, and no host is spoken to", async (t) => {
  const world = await fleetOfFour(t);
  const bot = await world.startBot();
  assert.deepEqual(await outcomes(world, bot, null), {
    "hetzner-vps": "built",
    "ovh-vps": "built",
    yoga: "built",
    zephyrus: "built",
  });
  assert.equal(world.builder.mostBuilding, 4);
  assert.deepEqual([...new Set(world.ran.map(({ on }) => on))], ["builder"]);
});

test("one host that cannot be evaluated is named; the other three are built", async (t) => {
  const world = await fleetOfFour(t, { "ovh-vps": { error: "attribute 'nginxx' missing" } });
  const bot = await world.startBot();
  const ids = await buildAll(world, bot, null);
  const ended = [];
  for (const id of ids) {
    ended.push(await bot.ends(id));
  }
  assert.deepEqual(
    ended.map(({ host, outcome }) => `${host} ${outcome}`),
    ["hetzner-vps built", "ovh-vps failed", "yoga built", "zephyrus built"],
  );
  const broken = ended[1];
  assert.equal(broken?.message, "the evaluation failed: attribute 'nginxx' missing");
  assert.match(broken?.help ?? "", /misspelt/);
});

test("one host whose build fails stops nobody else", async (t) => {
  const world = await fleetOfFour(t, { yoga: fakeSystem("yoga-bad", { buildExit: 1, buildTakes: 500 }) });
  const bot = await world.startBot();
  const result = await outcomes(world, bot, null);
  assert.deepEqual(Object.values(result).toSorted(), ["built", "built", "built", "failed"]);
  assert.equal(result["yoga"], "failed");
});

test("at most --jobs builds run at once, and without it as many as the builder has cores", async (t) => {
  for (const [jobs, cores, most] of [
    [1, 4, 1],
    [2, 4, 2],
    [null, 3, 3],
    [99, 2, 4],
  ] as const) {
    const world = await fleetOfFour(t);
    world.builder.cores = cores;
    const bot = await world.startBot();
    await outcomes(world, bot, jobs);
    assert.equal(world.builder.mostBuilding, most, `--jobs ${jobs}, ${cores} cores`);
  }
});

test("hosts share evaluators when none is broken, and each is built once", async (t) => {
  const world = await fleetOfFour(t);
  const bot = await world.startBot();
  await outcomes(world, bot, null);
  assert.equal(world.builder.evaluators, 2);
  assert.equal(world.ran.filter(({ argv }) => argv.includes("--out-link")).length, 4);
});

test("one revision is built for all, though the branch moves on meanwhile", async (t) => {
  const world = await fleetOfFour(t);
  const bot = await world.startBot();
  const ids = await buildAll(world, bot, 1);
  await bot.reaches(ids[0] ?? "", ({ revision }) => revision !== null);
  world.builder.commit("later", Object.fromEntries(hosts.map((host) => [host, fakeSystem(`${host}-9`)])));
  const revisions = [];
  for (const id of ids) {
    revisions.push((await bot.ends(id)).revision);
  }
  assert.equal(new Set(revisions).size, 1);
  assert.equal(
    [...world.builder.roots.values()].some((path) => path.endsWith("-9")),
    false,
  );
});

test("what goes wrong for all is said of each: a repository that is not there", async (t) => {
  const world = await fleetOfFour(t);
  const bot = await world.startBot();
  await world.clock.settle(bot.engine.hosts());
  world.builderShell.on("git", { exitCode: 128, stderr: "fatal: cannot change to '/srv/fleet'" });
  const ids = await buildAll(world, bot, null);
  for (const id of ids) {
    const ended = await bot.ends(id);
    assert.equal(ended.outcome, "failed");
    assert.match(ended.help ?? "", /no git repository at \/srv\/fleet/);
  }
  assert.deepEqual(bot.errors, []);
});

test("one build can be cancelled, and the others go on", async (t) => {
  const world = await fleetOfFour(t);
  const bot = await world.startBot();
  const ids = await buildAll(world, bot, 1);
  await world.clock.until(() => world.builder.building > 0);
  const records = await Promise.all(ids.map((id) => bot.record(id)));
  const last = records.find(({ host }) => host === "zephyrus")?.id ?? "";
  assert.equal((await bot.engine.decide(last, "cancel", alice)).kind, "decided");
  const ended = [];
  for (const id of ids) {
    ended.push((await bot.ends(id)).outcome);
  }
  assert.deepEqual(ended, ["built", "built", "built", "cancelled"]);
});

test("the logs: one for each host, and one that sums up", async (t) => {
  const world = await fleetOfFour(t, { yoga: { error: "infinite recursion encountered" } });
  const bot = await world.startBot();
  await outcomes(world, bot, null);
  await world.clock.until(() => true);
  const names = (await readdir(join(world.directory, "logs/build"))).filter((name) => name.endsWith(".log"));
  assert.deepEqual(names.toSorted(), [
    "build-all-20261123-100000.log",
    ...hosts.map((host) => `build-${host}-20261123-100000.log`),
  ]);
  const sum = await readFile(join(world.directory, "logs/build/build-all-20261123-100000.log"), "utf8");
  assert.match(sum, /yoga: failed: the evaluation failed: infinite recursion encountered/);
  assert.match(sum, /zephyrus: built: /);
});

test("a fleet whose hosts cannot be read is said to be so, and nothing is begun", async (t) => {
  const world = await fleetOfFour(t);
  world.builderShell.on("nixosConfigurations", { exitCode: 1, stderr: "error: boom" });
  const bot = await world.startBot();
  const answer = await world.clock.settle(
    bot.engine.buildAll({ jobs: null, ref: null, by: alice, allowAnyRef: false, command: "/build-all" }),
  );
  assert.equal(answer.kind === "refused" && answer.code, "unavailable");
  assert.deepEqual(await bot.store.open(), []);
});

test("progress of a build reaches whoever watches", async (t) => {
  const buildLog = [
    '@nix {"action":"start","id":7,"level":3,"type":104,"text":"","fields":[]}',
    '@nix {"action":"result","id":7,"type":105,"fields":[3,12,1,0]}',
  ];
  const world = await fleetOfFour(t, { yoga: fakeSystem("yoga-3", { buildLog }) });
  const bot = await world.startBot();
  await outcomes(world, bot, null);
  assert.equal(
    bot.progress.some(
      (said) => "done" in said && said.done === 3 && "expected" in said && said.expected === 12,
    ),
    true,
  );
});
