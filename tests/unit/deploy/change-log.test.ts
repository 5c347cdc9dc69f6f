import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Block } from "../../../src/chat/blocks.ts";
import { dispatch } from "../../../src/chat/dispatch.ts";
import type { Change } from "../../../src/deploy/change-log.ts";
import { fakeSystem } from "../../fakes/fake-system.ts";
import { owner, toolsOf } from "../../fakes/tools.ts";
import { alice, type Bot, createWorld, type World } from "../../fakes/world.ts";

async function deployed(world: World, bot: Bot, reason: string): Promise<void> {
  const id = await bot.deploy("yoga", { reason });
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  const { outcome, message } = await bot.ends(id);
  assert.equal(outcome, "deployed", message ?? "");
  await world.clock.advance(60_000);
}

/** Three deployments; two commits lie between the second and the third. */
async function history(t: TestContext) {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  await deployed(world, bot, "one");
  const system = (name: string, nginx: string) => ({ yoga: fakeSystem(name, { packages: { nginx } }) });
  world.builder.commit("worker: two threads", system("yoga-3", "1.27.1"));
  await deployed(world, bot, "two");
  world.builder.commit("nginx: 1.27.2", system("yoga-4", "1.27.2"));
  world.builder.commit("nginx: 1.27.3", system("yoga-5", "1.27.3"));
  await deployed(world, bot, "three");
  const changes = async (): Promise<readonly Change[]> => {
    const found = await world.clock.settle(bot.engine.changes("yoga", 10));
    assert.equal("kind" in found, false);
    return found as readonly Change[];
  };
  const said = async (text: string): Promise<readonly Block[] | string> => {
    const reply = await world.clock.settle(dispatch(toolsOf(world, bot), text, owner));
    return reply.kind === "refused" ? reply.message : reply.blocks;
  };
  return { world, bot, changes, said };
}

const subjects = ({ commits }: Change) => commits.map(({ subject }) => subject);

test("each good deployment has the commits since the one before, and no others", async (t) => {
  const { changes } = await history(t);
  assert.deepEqual((await changes()).map(subjects), [
    ["nginx: 1.27.3", "nginx: 1.27.2"],
    ["worker: two threads"],
    ["nginx: 1.27"],
  ]);
});

test("the change log tells when, who, why, the packages and the generation", async (t) => {
  const { said } = await history(t);
  const text = JSON.stringify(await said("/history yoga --changes --limit 1"));
  assert.match(text, /UTC · generation 4 · Alice · “three” · d-/);
  assert.match(text, /nginx 1\.27\.1 → 1\.27\.3/);
  assert.equal(text.includes("“two”"), false);
});

test("without the builder, or its old revisions, the commit that the record has is shown", async (t) => {
  const { world, changes } = await history(t);
  world.builderShell.on(" log ", { exitCode: 128, stderr: "fatal: bad revision\n" });
  assert.deepEqual((await changes()).map(subjects), [
    ["nginx: 1.27.3"],
    ["worker: two threads"],
    ["nginx: 1.27"],
  ]);
});

test("a roll back tells what it took back; what did not end well is left out", async (t) => {
  const { world, bot, changes } = await history(t);
  world.fleet = "defaults: { lockAfterRollback: false }";
  const id = await bot.rollback("yoga", 3);
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  await bot.ends(id);
  await bot.ends(await bot.deploy("yoga", { mode: "dry-run" }));
  await world.clock.advance(1_000);
  const [newest, ...others] = await changes();
  assert.equal(newest?.deployment.mode, "rollback");
  assert.deepEqual(newest?.commits, []);
  assert.deepEqual(
    newest?.takenBack.map(({ subject }) => subject),
    ["nginx: 1.27.3", "nginx: 1.27.2"],
  );
  assert.equal(others.length, 3);
});

test("more commits than can be shown are cut, and it is said", async (t) => {
  const { world, bot, changes, said } = await history(t);
  for (let number = 0; number < 25; number++) {
    world.builder.commit(`step ${number}`, { yoga: fakeSystem(`yoga-step-${number}`) });
  }
  await deployed(world, bot, "many");
  const [newest] = await changes();
  assert.equal(newest?.commits.length, 20);
  assert.equal(newest?.isCut, true);
  assert.match(JSON.stringify(await said("/history yoga --changes")), /more than 20 commits/);
});

test("a change log is of one host, and of one that there is", async (t) => {
  const { said } = await history(t);
  assert.match(String(await said("/history --changes")), /of one host/);
  assert.match(String(await said("/history nowhere --changes")), /no host "nowhere"/);
});
