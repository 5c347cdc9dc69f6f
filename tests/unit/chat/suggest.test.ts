import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Asking } from "../../../src/chat/desk.ts";
import { createSuggest } from "../../../src/chat/suggest.ts";
import { fakeSystem } from "../../fakes/fake-system.ts";
import { toolsOf } from "../../fakes/tools.ts";
import { createWorld } from "../../fakes/world.ts";

async function typing(t: TestContext) {
  const world = await createWorld(t);
  const bot = await world.startBot();
  const suggest = createSuggest(toolsOf(world, bot), world.clock);
  const ask = async (of: Asking["of"], typed = "", host: string | null = null) =>
    world.clock.settle(suggest({ of, typed, host }));
  const values = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).map(({ value }) => value);
  return { world, bot, ask, values };
}

test("hosts that begin with what was typed come before those that have it somewhere", async (t) => {
  const { world, values } = await typing(t);
  world.fleet = "hosts: { yoga: { tags: [hetzner-room] } }";
  assert.deepEqual(await values("host"), ["hetzner-vps", "yoga"]);
  assert.deepEqual(await values("host", "YO"), ["yoga"]);
  assert.deepEqual(await values("host", "hetzner"), ["hetzner-vps", "yoga"], "its tag has it");
  assert.deepEqual(await values("host", "nothing like it"), []);
});

test("generations of the host named before are suggested with date and what runs", async (t) => {
  const { ask } = await typing(t);
  const [previous, first] = await ask("generation", "", "yoga");
  assert.equal(previous?.value, "previous");
  assert.equal(first?.value, "1");
  assert.match(first?.about ?? "", /^\d{4}-\d\d-\d\d.*runs now$/);
});

test("only hosts of the fleet are asked for generations, and each once a minute", async (t) => {
  const { world, values } = await typing(t);
  assert.deepEqual(await values("generation", "", null), []);
  assert.deepEqual(await values("generation", "", "-oProxyCommand=x"), []);
  const before = world.ran.filter(({ on }) => on === "yoga").length;
  await values("generation", "", "yoga");
  await values("generation", "1", "yoga");
  assert.equal(world.ran.filter(({ on }) => on === "yoga").length, before + 1);
  await world.clock.advance(61_000);
  await values("generation", "1", "yoga");
  assert.equal(world.ran.filter(({ on }) => on === "yoga").length, before + 2);
});

test("a host that does not answer has no generations to suggest, and is asked again", async (t) => {
  const { world, values } = await typing(t);
  world.host("yoga").answers = false;
  assert.deepEqual(await values("generation", "", "yoga"), []);
  world.host("yoga").answers = true;
  assert.deepEqual(await values("generation", "prev", "yoga"), ["previous"]);
});

test("refs are the fleet's own first, then what the repository has", async (t) => {
  const { world, values } = await typing(t);
  world.builder.commit("next", { yoga: fakeSystem("yoga-9") }, "origin/next");
  assert.deepEqual(await values("ref"), ["origin/main", "origin/next"]);
  assert.deepEqual(await values("ref", "ne"), ["origin/next"]);
});

test("a deployment that waits for a decision is the first to be suggested", async (t) => {
  const { bot, ask } = await typing(t);
  const waiting = await bot.deploy("yoga");
  await bot.asks(waiting);
  const built = await bot.deploy("hetzner-vps", { mode: "build-only" });
  await bot.ends(built);
  const found = await ask("deployment");
  assert.deepEqual(
    found.map(({ value }) => value),
    [waiting, built],
  );
  assert.equal(found[0]?.about, "deploy yoga, waits for a decision");
});

test("commands are suggested for /help, and nothing for free text", async (t) => {
  const { values } = await typing(t);
  assert.deepEqual(await values("command", "rollb"), ["rollback"]);
  assert.deepEqual(await values("text", "x"), []);
});
