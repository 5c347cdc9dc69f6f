import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { redactor } from "../../../src/logs/redact.ts";
import type { Store } from "../../../src/store/store.ts";
import { storePath } from "../../fakes/fake-system.ts";
import { alice, createWorld, type World } from "../../fakes/world.ts";

const minute = 60_000;

/** Every change of a record fails until then: the disk is full. */
function fillDisk(world: World, store: Store, until: number): void {
  const update = store.update.bind(store);
  store.update = async (id, change) => {
    if (world.clock.now() < until) {
      throw new Error("ENOSPC: no space left on device");
    }
    return update(id, change);
  };
}

test("a disk that is full for a few minutes holds a deployment up, and loses nothing", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  await bot.reaches(id, ({ phase }) => phase === "switch");
  fillDisk(world, bot.store, world.clock.now() + 2 * minute);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "deployed");
  assert.equal(world.host("yoga").current, storePath("nixos-system-yoga-2"));
  assert.equal(bot.errors.length > 0, true, "the bot's own log says so");
});

test("a disk that is full for a minute during a build does not cost the build", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const held = world.builderShell.hold("--out-link");
  const id = await bot.deploy("yoga");
  await world.clock.until(held.hasStarted);
  fillDisk(world, bot.store, world.clock.now() + minute);
  held.release();
  const asked = await bot.asks(id);
  assert.deepEqual([asked.phase, asked.outcome], ["confirm", null]);
});

test("a deployment that broke is taken up again, so that its host does not stay busy", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const held = world.builderShell.hold("--out-link");
  const id = await bot.deploy("yoga");
  await world.clock.until(held.hasStarted);
  fillDisk(world, bot.store, world.clock.now() + 15 * minute);
  held.release();
  const asked = await bot.asks(id);
  assert.deepEqual([asked.phase, asked.restarts], ["confirm", 1]);
});

test("a switch whose bot cannot write for long is still told as it went", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  await bot.reaches(id, ({ phase }) => phase === "switch");
  fillDisk(world, bot.store, world.clock.now() + 15 * minute);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "rolled-back", "nobody could write, so nobody decided");
  assert.equal(world.host("yoga").current, storePath("nixos-system-yoga-1"));
});

test("the bot's secrets are masked in the record, which goes to every surface", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const secret = "s3cret-token-of-the-page";
  const bot = await world.startBot({ redact: redactor([secret]) });
  world.builderShell.on(" show --no-patch", {
    stdout: `mind ${secret}\0Alice\x002026-11-23T09:00:00+01:00\n`,
  });
  const id = await bot.deploy("yoga");
  const asked = await bot.asks(id);
  assert.equal(asked.commit?.subject, "mind •••");
  assert.equal(JSON.stringify(bot.changes).includes(secret), false);
  assert.equal((await readFile(join(world.directory, "state.json"), "utf8")).includes(secret), false);
});

test("the hundreds of units of the baseline do not go to the history", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  assert.notEqual((await bot.asks(id)).baseline, null);
  await bot.engine.decide(id, "cancel", alice);
  assert.equal((await bot.ends(id)).baseline, null);
});
