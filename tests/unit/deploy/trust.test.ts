import assert from "node:assert/strict";
import { test } from "node:test";
import { ShellError } from "../../../src/remote/shell.ts";
import { alice, type Bot, createWorld, type World } from "../../fakes/world.ts";

/** Somebody pushes with force: origin/main is what it was before its newest commit. */
function withdraw(world: World): void {
  const [first] = world.builder.history.get("origin/main") ?? [];
  assert.ok(first);
  world.builder.history.set("origin/main", [first]);
  world.builder.refs.set("origin/main", first);
}

async function clickOn(bot: Bot, id: string) {
  assert.equal((await bot.asks(id)).phase, "confirm");
  await bot.engine.decide(id, "switch", alice);
  return bot.ends(id);
}

test("code that was withdrawn while its card waited is refused at the click", async (t) => {
  const world = await createWorld(t);
  const bot = await world.startBot();
  const before = world.host("yoga").current;
  for (const mode of ["deploy", "boot"] as const) {
    const id = await bot.deploy("yoga", { mode });
    await bot.asks(id);
    const history = world.builder.history.get("origin/main") ?? [];
    const tip = world.builder.refs.get("origin/main");
    withdraw(world);
    const ended = await clickOn(bot, id);
    assert.equal(ended.outcome, "refused", ended.message ?? "");
    assert.match(
      ended.message ?? "",
      /was withdrawn while the card waited: it is not in origin\/main any more/,
    );
    assert.equal(ended.supervisedUntil, null);
    assert.ok(tip);
    world.builder.history.set("origin/main", history);
    world.builder.refs.set("origin/main", tip);
  }
  assert.equal(world.host("yoga").current, before);
});

test("a click that comes while nothing can be fetched goes by the refs as last fetched, and the card says so", async (t) => {
  const world = await createWorld(t);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  world.builder.fetchExit = 128;
  const ended = await clickOn(bot, id);
  assert.equal(ended.outcome, "deployed", ended.message ?? "");
  assert.ok(ended.warnings.some((warning) => /git fetch did not work/.test(warning)));
});

test("a fetch at the click that never ends is given up after its deadline", async (t) => {
  const world = await createWorld(t);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  world.builderShell.on(/git.* fetch/, new ShellError("timeout", "builder: git was ended: timeout"));
  const ended = await clickOn(bot, id);
  assert.equal(ended.outcome, "deployed", ended.message ?? "");
  assert.ok(ended.warnings.some((warning) => /no end within 30 s/.test(warning)));
});

test("where the builder is away at the click new code is refused, and a roll back is not", async (t) => {
  const world = await createWorld(t);
  const bot = await world.startBot();
  assert.equal((await clickOn(bot, await bot.deploy("yoga"))).outcome, "deployed");
  const back = await bot.rollback("yoga", 1);
  await bot.asks(back);
  const other = await bot.deploy("hetzner-vps");
  await bot.asks(other);
  world.builderShell.on(/git/, new ShellError("unreachable", "builder: connect ETIMEDOUT"));
  const refused = await clickOn(bot, other);
  assert.equal(refused.outcome, "refused");
  assert.match(
    refused.message ?? "",
    /Nobody can tell whether .* is still in origin\/main: builder: connect ETIMEDOUT/,
  );
  assert.equal((await clickOn(bot, back)).outcome, "deployed");
});

test("code that an approver, or an admin's own request, let through needs no trusted ref at the click", async (t) => {
  const world = await createWorld(t);
  const commit = world.builder.refs.get("origin/main");
  assert.ok(commit);
  world.builder.commit("next", { yoga: commit.systems["yoga"] ?? { error: "" } }, "origin/next");
  const bot = await world.startBot();
  const id = await bot.deploy("yoga", { ref: "origin/next", allowAnyRef: true });
  assert.equal((await clickOn(bot, id)).outcome, "deployed");
});
