import assert from "node:assert/strict";
import { test } from "node:test";
import { atTheCard, old } from "../../fakes/at-the-card.ts";
import { alice, type Bot, somebody, type World } from "../../fakes/world.ts";

/** The supervisor's last word stands in a file that every root process there can write. */

const forged = "committed system-99-link";

async function switchWith(world: World, bot: Bot, id: string, state: string) {
  const decided = world.clock.settle(bot.engine.decide(id, "switch", alice));
  await bot.reaches(id, () => world.host("yoga").supervisors.has(id));
  world.host("yoga").supervisors.get(id)?.forge(state);
  await decided;
  return bot.ends(id);
}

test("a forged “committed” on a host that went back is unknown, with both sides shown, and locks the host", async (t) => {
  const { world, bot, id } = await atTheCard(t);
  const ended = await switchWith(world, bot, id, forged);
  assert.equal(world.host("yoga").current, old, "nobody acked, so the host went back");
  assert.equal(ended.outcome, "unknown");
  assert.match(ended.message ?? "", /the supervisor of yoga says “committed system-99-link”/);
  assert.ok(
    ended.message?.includes(
      `the machine says that it runs ${old}, and that its profile system-1-link names ${old}`,
    ),
  );
  const [lock] = await bot.store.locks();
  assert.equal(lock?.host, "yoga");
  assert.equal(lock?.reason, `its supervisor and the machine contradict each other (${id})`);
  assert.equal(lock?.by.name, "Switchyard");
  const again = await world.clock.settle(
    bot.engine.deploy({
      host: "yoga",
      mode: "deploy",
      ref: null,
      reason: null,
      by: alice,
      allowAnyRef: false,
      command: "/deploy yoga",
    }),
  );
  assert.equal(again.kind === "refused" && again.code, "locked");
  const other = await world.clock.settle(bot.engine.unlock("yoga", somebody("eve"), false));
  assert.equal(other.kind === "refused" && other.code, "not-allowed", "only an admin ends it");
  assert.equal((await world.clock.settle(bot.engine.unlock("yoga", alice, true))).kind, "unlocked");
});

test("another look at it says the same as long as both sides differ, and what is so once they agree", async (t) => {
  const { world, bot, id } = await atTheCard(t);
  await switchWith(world, bot, id, forged);
  const look = async () => {
    const answer = await world.clock.settle(bot.engine.lookAgain(id, alice));
    return answer.kind === "looked"
      ? [answer.deployment.outcome, answer.text]
      : [answer.code, answer.message];
  };
  const [outcome, text] = await look();
  assert.equal(outcome, "unknown");
  assert.match(text ?? "", /still not known.*committed system-99-link/);
  world.host("yoga").supervisors.get(id)?.forge("rolled-back nobody came");
  assert.equal((await look())[0], "rolled-back");
});

test("what a forged state hides costs the new system, and is told as what the machine is", async (t) => {
  for (const state of ["rolled-back it was taken back", "refused not begun"]) {
    const { world, bot, id } = await atTheCard(t);
    const ended = await switchWith(world, bot, id, state);
    assert.equal(world.host("yoga").current, old);
    assert.equal(ended.outcome, state.startsWith("refused") ? "failed" : "rolled-back");
    assert.deepEqual(await bot.store.locks(), []);
  }
});

test("where nobody can read what the machine runs, its last word alone decides nothing", async (t) => {
  const { world, bot, id } = await atTheCard(t, { testExit: 2 });
  const decided = world.clock.settle(bot.engine.decide(id, "switch", alice));
  await bot.reaches(id, ({ supervisedUntil }) => supervisedUntil !== null);
  await decided;
  world.shell("yoga").on(" facts ", new Error("No route to host"));
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "unknown");
  assert.match(ended.message ?? "", /says “rolled-back .*could not be read: No route to host/);
  assert.deepEqual(await bot.store.locks(), [], "nothing contradicts it");
});
