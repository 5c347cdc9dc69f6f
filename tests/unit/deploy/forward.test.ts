import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { rollback } from "../../../commands/rollback.ts";
import { approvalBlocks } from "../../../src/views/decision.ts";
import { confirmBlocks, deploymentCard } from "../../../src/views/deployment-card.ts";
import { generationsBlocks } from "../../../src/views/generations.ts";
import { statusBlocks } from "../../../src/views/status.ts";
import { fakeSystem } from "../../fakes/fake-system.ts";
import { alice, type Bot, createWorld, somebody, type World } from "../../fakes/world.ts";

const [carol, dave] = [somebody("carol"), somebody("dave")];

/** yoga ran 1, then 2 through the bot. */
async function twice(t: TestContext): Promise<{ world: World; bot: Bot }> {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  await carryOut(bot, await bot.deploy("yoga"));
  return { world, bot };
}

async function carryOut(bot: Bot, id: string): Promise<void> {
  await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  assert.equal((await bot.ends(id)).outcome, "deployed");
}

async function deployNext(world: World, bot: Bot, name: string): Promise<void> {
  world.builder.commit(name, { yoga: fakeSystem(name) });
  for (const _ of await bot.engine.locks()) {
    await bot.engine.unlock("yoga", alice, true);
  }
  await carryOut(bot, await bot.deploy("yoga"));
}

async function back(bot: Bot, to: number | "previous"): Promise<void> {
  await carryOut(bot, await bot.rollback("yoga", to));
}

test("previous never offers what was rolled back from", async (t) => {
  const { world, bot } = await twice(t);
  await back(bot, 1);
  await deployNext(world, bot, "yoga-3");
  const card = await bot.asks(await bot.rollback("yoga", "previous"));
  assert.equal(card.toGeneration, 1);
  const list = await world.clock.settle(bot.engine.generations("yoga"));
  const past = await bot.store.deployments({ host: "yoga", limit: 50 });
  const shown = JSON.stringify("kind" in list ? [] : generationsBlocks("yoga", list, past, true));
  assert.match(shown, /rolled back from: Alice went back from it \(d-/);
  assert.match(shown, /Deploy generation 2/);
  assert.match(shown, /Roll back to 1/);
});

test("after two roll backs the newer one is no way back, and previous has nothing", async (t) => {
  const { world, bot } = await twice(t);
  await back(bot, "previous");
  await assert.rejects(bot.rollback("yoga", "previous"), /no generation before 1/);
  await bot.engine.unlock("yoga", alice, true);
  const forward = await bot.rollback("yoga", 2);
  assert.equal((await bot.record(forward)).isForward, true);
  await carryOut(bot, forward);
  assert.deepEqual(await bot.engine.locks(), [], "a deployment leaves no lock");
  const card = await bot.asks(await bot.rollback("yoga", "previous"));
  assert.deepEqual([card.toGeneration, card.isForward], [1, false]);
  assert.equal(world.host("yoga").profile, 2);
});

test("going forward by /rollback takes as many people as a deployment, and its card says so", async (t) => {
  const { world, bot } = await twice(t);
  await back(bot, 1);
  await bot.engine.unlock("yoga", alice, true);
  world.fleet =
    "defaults: { approvals: 2 }\npeople: { carol: { slack: slack-carol }, dave: { slack: slack-dave } }";
  const asked = await world.clock.settle(
    bot.engine.rollback({ host: "yoga", to: 2, by: carol, command: "/rollback yoga 2" }),
  );
  const id = asked.kind === "started" ? (asked.deployments[0]?.id ?? "") : assert.fail(asked.message);
  const card = await bot.asks(id);
  assert.match(
    JSON.stringify(confirmBlocks(card)),
    /Deploy generation 2 of yoga.*under all the rules of a deployment/,
  );
  const alone = await bot.engine.decide(id, "switch", carol);
  assert.equal(alone.kind === "refused" && alone.code, "needs-approval");
  assert.equal((await bot.engine.decide(id, "switch", dave)).kind, "decided");
  assert.equal((await bot.ends(id)).outcome, "deployed");
});

test("going forward to code of an untrusted ref takes an approver, as deploying it did", async (t) => {
  const { world, bot } = await twice(t);
  world.builder.commit("wild", { yoga: fakeSystem("yoga-wild") }, "origin/wild");
  const wild = await bot.deploy("yoga", { ref: "origin/wild", by: carol });
  await bot.asks(wild);
  await world.clock.settle(bot.engine.decide(wild, "switch", dave, true));
  await bot.reaches(wild, ({ phase, confirmation }) => phase === "confirm" && confirmation !== null);
  await carryOut(bot, wild);
  await back(bot, "previous");
  await bot.engine.unlock("yoga", alice, true);
  const asked = { host: "yoga", to: 3, by: carol, command: "/rollback yoga 3" };
  const begun = await world.clock.settle(bot.engine.rollback(asked));
  const card = await bot.asks(
    begun.kind === "started" ? (begun.deployments[0]?.id ?? "") : assert.fail(begun.message),
  );
  assert.deepEqual([card.isForward, card.isTrusted, card.confirmation?.needsApprover], [true, false, true]);
  assert.match(JSON.stringify(approvalBlocks(card)), /was in no trusted ref when it was deployed/);
  const alone = await bot.engine.decide(card.id, "switch", carol, true);
  assert.equal(alone.kind === "refused" && alone.code, "needs-approval");
  const other = await bot.engine.decide(card.id, "switch", dave, false);
  assert.equal(other.kind === "refused" && other.code, "needs-approval");
  assert.equal((await bot.engine.decide(card.id, "switch", dave, true)).kind, "decided");
});

test("going forward to code that was withdrawn from the trusted refs is refused at the click", async (t) => {
  const { world, bot } = await twice(t);
  const history = [...(world.builder.history.get("origin/main") ?? [])];
  const good = world.builder.refs.get("origin/main");
  await deployNext(world, bot, "yoga-3");
  await back(bot, "previous");
  await bot.engine.unlock("yoga", alice, true);
  const card = await bot.asks(await bot.rollback("yoga", 3));
  assert.ok(good);
  world.builder.refs.set("origin/main", good);
  world.builder.history.set("origin/main", history);
  await bot.engine.decide(card.id, "switch", alice);
  const ended = await bot.ends(card.id);
  assert.equal(ended.outcome, "refused");
  assert.match(ended.message ?? "", /was withdrawn while the card waited/);
});

test("a locked host is gone back, and not forward; a closed window holds it as well", async (t) => {
  const { world, bot } = await twice(t);
  await back(bot, 1);
  await assert.rejects(bot.rollback("yoga", 2), /"locked"/);
  await bot.engine.unlock("yoga", alice, true);
  world.fleet = 'defaults: { windows: ["Sun 02:00-03:00 UTC"] }';
  await assert.rejects(bot.rollback("yoga", 2), /outside-window/);
});

test("somebody who may only roll back cannot go forward, and neither can an alarm", async (t) => {
  const { world, bot } = await twice(t);
  await back(bot, 1);
  await bot.engine.unlock("yoga", alice, true);
  const asked = { host: "yoga", to: 2, by: carol, command: "/rollback yoga 2" };
  for (const limit of [{ mayDeploy: false }, { alarmOf: "d-20261123-0001" }]) {
    const answer = await world.clock.settle(bot.engine.rollback({ ...asked, ...limit }));
    assert.equal(answer.kind === "refused" && answer.code, "not-allowed");
  }
});

test("a lock that comes between request and click stops what goes forward", async (t) => {
  const { bot } = await twice(t);
  await back(bot, 1);
  await bot.engine.unlock("yoga", alice, true);
  const id = await bot.rollback("yoga", 2);
  await bot.asks(id);
  await bot.engine.lock({ host: "yoga", reason: "frozen", lasts: null, by: carol, command: "/lock" });
  const refused = await bot.engine.decide(id, "switch", alice);
  assert.equal(refused.kind === "refused" && refused.code, "locked");
});

test("a way back that is none any more when its click comes does nothing", async (t) => {
  const { world, bot } = await twice(t);
  const id = await bot.rollback("yoga", 1);
  await bot.asks(id);
  const host = world.host("yoga");
  // The profile was made anew: its first generation is another system now.
  host.generations.set(1, host.generations.get(2) ?? "");
  await bot.engine.decide(id, "switch", alice);
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "superseded");
  assert.match(ended.message ?? "", /generation 1 of yoga is gone, or is another system now/);
  assert.equal(host.supervisors.has(id), false);
});

test("a number that stands for another system than the button showed is refused", async (t) => {
  const { world, bot } = await twice(t);
  const system = "0123456789ab";
  const answer = await world.clock.settle(
    bot.engine.rollback({ host: "yoga", to: 1, system, by: alice, command: "/rollback yoga 1" }),
  );
  assert.match(answer.kind === "refused" ? answer.message : "", /another system now/);
});

test("generations that the bot knows nothing of count by their number", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const host = world.host("yoga");
  for (const name of ["yoga-b", "yoga-c"]) {
    const system = fakeSystem(name);
    world.builder.systems.set(system.toplevel, system);
    host.store.add(system.toplevel);
    host.setProfile(system.toplevel);
  }
  host.current = host.generations.get(2) ?? "";
  const bot = await world.startBot();
  const record = async (to: number | "previous") => bot.record(await bot.rollback("yoga", to));
  assert.deepEqual([(await record("previous")).toGeneration, (await record(1)).isForward], [1, false]);
  assert.equal((await record(3)).isForward, true);
});

test("a record says what runs and what boots: a card and a check line of a host switched by hand", async (t) => {
  const { world, bot } = await twice(t);
  const host = world.host("yoga");
  host.current = host.generations.get(1) ?? "";
  world.builder.commit("yoga-3", { yoga: fakeSystem("yoga-3") });
  const card = await bot.asks(await bot.deploy("yoga"));
  const shown = JSON.stringify(confirmBlocks(card));
  assert.match(shown, /"Running now","value":"generation 1"},{"name":"Boots next","value":"generation 2"/);
  assert.match(shown, /generation 1 runs, and generation 2 boots next/);
  const status = await world.clock.settle(bot.engine.status("yoga"));
  const blocks = JSON.stringify("kind" in status ? [] : statusBlocks(status, []));
  assert.match(blocks, /"value":"1; generation 2 boots next"/);
});

test("a button of an old card goes to what ran before, not to what the profile named then", async (t) => {
  const { world, bot } = await twice(t);
  const host = world.host("yoga");
  host.current = host.generations.get(1) ?? "";
  world.builder.commit("yoga-3", { yoga: fakeSystem("yoga-3") });
  const id = await bot.deploy("yoga");
  await carryOut(bot, id);
  const shown = JSON.stringify(deploymentCard(await bot.record(id), null));
  const hash = /^\/nix\/store\/(.{12})/.exec(host.generations.get(1) ?? "")?.[1];
  assert.match(shown, new RegExp(`/rollback yoga 1@${hash}`));
});

test("--force lets a roll back that goes forward wait for an approver outside the windows; going back needs neither", async (t) => {
  const { world, bot } = await twice(t);
  await back(bot, 1);
  await bot.engine.unlock("yoga", alice, true);
  world.fleet = 'defaults: { windows: ["Sun 02:00-03:00 UTC"] }';
  const ask = (to: number) =>
    world.clock.settle(
      bot.engine.rollback({
        host: "yoga",
        to,
        by: carol,
        isForced: true,
        command: `/rollback yoga ${to} --force`,
      }),
    );
  const started = await ask(2);
  const id = started.kind === "started" ? (started.deployments[0]?.id ?? "") : "";
  const asked = await bot.asks(id);
  assert.deepEqual([asked.isForced, asked.confirmation?.needsApprover], [true, true]);
  const alone = await bot.engine.decide(id, "switch", dave);
  assert.equal(alone.kind === "refused" && alone.code, "needs-approval");
  assert.equal((await world.clock.settle(bot.engine.decide(id, "switch", dave, true))).kind, "decided");
  assert.equal((await bot.ends(id)).outcome, "deployed");
  const again = await ask(1);
  const way = again.kind === "started" ? (again.deployments[0]?.id ?? "") : "";
  const plain = await bot.asks(way);
  assert.deepEqual([plain.isForced, plain.confirmation?.needsApprover], [false, false]);
});

test("/rollback --force takes a reason, as /deploy --force does", () => {
  const mistakes = (flags: Readonly<Record<string, string | boolean>>) =>
    rollback.input.safeParse({ words: ["yoga", "2"], flags }).error?.issues.map(({ message }) => message) ??
    [];
  assert.match(mistakes({ force: true })[0] ?? "", /--force takes a reason/);
  assert.deepEqual(mistakes({ force: true, reason: "the disk is dying" }), []);
});
