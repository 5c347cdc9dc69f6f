import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { membersOf } from "../../../src/deploy/decide.ts";
import { atTheCard } from "../../fakes/at-the-card.ts";
import { aDeployment } from "../../fakes/records.ts";
import { alice, type Bot, bob, createWorld } from "../../fakes/world.ts";

/** A bot that was restarted, and has not taken its work up again: only the click changes the record. */
async function restarted(t: TestContext) {
  const { world, bot, id } = await atTheCard(t);
  bot.kill();
  return { world, id, bot: await world.startBot() };
}

const decisions = ({ changes }: Bot) =>
  changes.map(({ confirmation }) => confirmation?.decision?.action ?? null);

test("a decision is told of once, a click that changes nothing is not", async (t) => {
  for (const action of ["switch", "cancel"] as const) {
    const { world, bot, id } = await restarted(t);
    const say = (digest?: string) => world.clock.settle(bot.engine.decide(id, action, alice, false, digest));
    if (action === "switch") {
      const changed = await say("0123456789ab");
      assert.equal(changed.kind === "refused" && changed.code, "changed");
      assert.deepEqual(decisions(bot), []);
    }
    const decided = await say();
    assert.ok(decided.kind === "decided");
    assert.equal(decided.deployment.confirmation?.decision?.action, action);
    assert.deepEqual(decisions(bot), [action]);
    const again = await say();
    assert.equal(again.kind === "refused" && again.code, "already-decided");
    assert.deepEqual(decisions(bot), [action]);
  }
});

test("what nobody works on is not cancelled before its card asks", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga");
  await bot.reaches(id, ({ phase }) => phase === "build");
  bot.kill();
  const second = await world.startBot();
  const refused = await world.clock.settle(second.engine.decide(id, "cancel", bob));
  assert.equal(refused.kind === "refused" && refused.code, "not-ready");
  assert.equal((await second.record(id)).outcome, null);
});

test("an id that is not there is refused", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const refused = await world.clock.settle(bot.engine.decide("d-20200101-0000", "cancel", bob));
  assert.deepEqual(refused, {
    ...{ kind: "refused", code: "unknown-id", message: 'There is no deployment "d-20200101-0000".' },
    help: null,
  });
});

test("the hosts of a run that are there come in the order of the run", async () => {
  const known = new Map(["d-1", "d-3"].map((id) => [id, aDeployment({ id })]));
  const store = { deployment: async (id: string) => known.get(id) } as Parameters<
    typeof membersOf
  >[0]["store"];
  const members = await membersOf({ store }, ["d-3", "d-2", "d-1"]);
  assert.deepEqual(
    members.map(({ id }) => id),
    ["d-3", "d-1"],
  );
});
