import assert from "node:assert/strict";
import { test } from "node:test";
import { alice, bob, createWorld } from "../../fakes/world.ts";

/** A command of each phase before the switch, to stop in the middle of. */
const before = [
  { phase: "check", on: "builder", command: "flake metadata" },
  { phase: "check", on: "yoga", command: " snapshot " },
  { phase: "build", on: "builder", command: "--dry-run" },
  { phase: "build", on: "builder", command: "--out-link" },
  { phase: "copy", on: "builder", command: " copy " },
  { phase: "dry-activate", on: "yoga", command: "dry-activate" },
  { phase: "dry-activate", on: "yoga", command: "diff-closures" },
] as const;

for (const { phase, on, command } of before) {
  test(`cancel stops ${phase} while ${command.trim()} runs, and the host is as it was`, async (t) => {
    const world = await createWorld(t, ["yoga"]);
    const bot = await world.startBot();
    await world.clock.settle(bot.engine.hosts());
    const held = (on === "builder" ? world.builderShell : world.shell("yoga")).hold(command);
    const current = world.host("yoga").current;
    const id = await bot.deploy("yoga");
    await world.clock.until(held.hasStarted);
    const answer = await bot.engine.decide(id, "cancel", bob);
    assert.equal(answer.kind, "decided");
    const ended = await bot.ends(id);
    assert.equal(ended.outcome, "cancelled");
    assert.equal(ended.phase, phase);
    assert.equal(ended.message, `Cancelled by Bob during ${phase}; the running system is untouched.`);
    assert.equal(world.host("yoga").current, current);
    assert.deepEqual([...world.host("yoga").roots], []);
    assert.deepEqual(bot.errors, []);
    held.release();
  });
}

test("after the switch began, cancel is refused and says what there is instead", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  await bot.reaches(id, ({ phase }) => phase === "switch");
  const answer = await bot.engine.decide(id, "cancel", bob);
  assert.equal(answer.kind === "refused" && answer.code, "too-late");
  assert.match(answer.kind === "refused" ? answer.message : "", /Alice clicked switch already/);
  assert.match(answer.kind === "refused" ? (answer.help ?? "") : "", /\/rollback yoga previous/);
  assert.equal((await bot.ends(id)).outcome, "deployed");
});

test("cancelling one deployment leaves the others at work", async (t) => {
  const world = await createWorld(t);
  const bot = await world.startBot();
  const yoga = await bot.deploy("yoga");
  const vps = await bot.deploy("hetzner-vps");
  await bot.asks(yoga);
  await bot.engine.decide(yoga, "cancel", alice);
  await bot.ends(yoga);
  await bot.asks(vps);
  await bot.engine.decide(vps, "switch", alice);
  assert.equal((await bot.ends(vps)).outcome, "deployed");
});
