import assert from "node:assert/strict";
import { test } from "node:test";
import { hostRoots } from "../../../src/deploy/gc-roots.ts";
import { ownIds, readLeftovers, whatMayGo } from "../../../src/deploy/leftovers.ts";
import { alice, botName, createWorld } from "../../fakes/world.ts";

const other = "0ther0ff".replaceAll(/[^0-9a-f]/g, "a");
const ended = "d-20261123-00ff";
const day = 24 * 60 * 60;

test("a listing is read with the age of each root, whatever else is in the folder", () => {
  const found = readLeftovers(
    `now=1000\nroot=400.5000000 ${botName}.${ended}-old\nroot=1.0 some file\nowner=${botName}.${ended}\n`,
  );
  assert.deepEqual(found, {
    roots: [
      { name: `${botName}.${ended}-old`, seconds: 600 },
      { name: "some", seconds: 999 },
    ],
    owners: [`${botName}.${ended}`],
  });
  assert.deepEqual(ownIds(found, botName), [ended]);
  assert.deepEqual(readLeftovers(""), { roots: [], owners: [] });
});

test("own leftovers go when their deployment has ended; another bot's roots when they are too old; nothing else ever", () => {
  const open = "d-20261123-0001";
  const root = (name: string, seconds = 60) => ({ name, seconds });
  const roots = [
    root(`${botName}.${ended}-old`),
    root(`${botName}.${ended}-built`),
    root(`${botName}.${open}-new`, 30 * day),
    root(`${other}.${ended}-old`, 6 * day),
    root(`${other}.${open}-new`, 8 * day),
    root(`${open}-old`, 8 * day),
    root("yoga.built", 90 * day),
    root("result", 90 * day),
  ];
  const owners = [`${botName}.${ended}`, `${botName}.${open}`, `${other}.${ended}`, "somebody"];
  const gone = whatMayGo({ roots, owners }, botName, (id) => id === ended);
  assert.deepEqual(
    gone.roots.map(({ name }) => name),
    [`${botName}.${ended}-old`, `${botName}.${ended}-built`, `${other}.${open}-new`, `${open}-old`],
  );
  assert.deepEqual(gone.owners, [`${botName}.${ended}`]);
});

test("two bots on one host: what the one holds for a card that waits, the other leaves alone", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const roots = world.host("yoga").roots;
  roots.set(`${hostRoots}/${other}.${ended}-old`, "a");
  world.host("yoga").processes.add({ owner: `${other}.${ended}`, argv: ["dry-activate"] });
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "cancel", alice);
  await bot.ends(id);
  assert.deepEqual([...roots.keys()], [`${hostRoots}/${other}.${ended}-old`]);
  assert.equal([...world.host("yoga").processes].length, 1);
});

test("what a host that was away still holds is taken off it by the next deployment there", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const host = world.host("yoga");
  const first = await bot.deploy("yoga");
  await bot.asks(first);
  host.answers = false;
  await bot.engine.decide(first, "cancel", alice);
  await bot.ends(first);
  assert.equal(host.roots.size, 2, "nobody could take them away");
  host.answers = true;
  host.processes.add({ owner: `${botName}.${first}`, argv: ["dry-activate"] });
  const second = await bot.deploy("yoga");
  await bot.asks(second);
  assert.deepEqual(
    [...host.roots.keys()].filter((name) => name.includes(first)),
    [],
  );
  assert.equal(host.roots.size, 2, "the second one's are there");
  assert.deepEqual([...host.processes], []);
});

test("a bot that died leaves roots and processes, and the next one takes away what has ended, and only that", async (t) => {
  const world = await createWorld(t);
  const first = await world.startBot();
  const waiting = await first.deploy("yoga");
  await first.asks(waiting);
  const gone = await first.deploy("hetzner-vps");
  await first.asks(gone);
  const vps = world.host("hetzner-vps");
  vps.answers = false;
  await first.engine.decide(gone, "cancel", alice);
  await first.ends(gone);
  first.kill();
  vps.answers = true;
  world.builder.roots.set(`.cache/switchyard/roots/${botName}.${gone}-built`, "a");
  const bot = await world.startBot();
  await world.clock.settle(bot.engine.recover());
  await world.clock.advance(60_000);
  assert.deepEqual([...vps.roots], []);
  assert.equal(world.host("yoga").roots.size, 2);
  assert.deepEqual([...world.builder.roots.keys()], [`.cache/switchyard/roots/${botName}.${waiting}-built`]);
});
