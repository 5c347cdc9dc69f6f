import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import type { DecidedRun, Refusal } from "../../../src/deploy/requests.ts";
import type { Run } from "../../../src/deploy/run.ts";
import { snapshotArgv } from "../../../src/health/snapshot.ts";
import { deploymentCard } from "../../../src/views/deployment-card.ts";
import { storePath } from "../../fakes/fake-system.ts";
import { fleetOfThree, rollOut, threeHosts } from "../../fakes/roll-out.ts";
import { alice, type Bot, bob, somebody, type World } from "../../fakes/world.ts";

/** What is answered to a click on a run's card, at each moment of the run. */

interface Started {
  readonly world: World;
  readonly bot: Bot;
  readonly run: Run;
  say(action: "switch" | "cancel"): Promise<DecidedRun | Refusal>;
  all(): Promise<readonly Deployment[]>;
  ids: readonly [string, string, string];
}

async function started(t: TestContext): Promise<Started> {
  const { world, bot } = await fleetOfThree(t);
  const { run, all } = await rollOut(world, bot, { keepGoing: true });
  const [first = "", second = "", third = ""] = run.deployments;
  return {
    world,
    bot,
    run,
    ids: [first, second, third],
    say: (action) => world.clock.settle(bot.engine.decideRun(run.id, action, bob)),
    all,
  };
}

async function atTheCard(t: TestContext): Promise<Started> {
  const it = await started(t);
  for (const id of it.ids) {
    await it.bot.asks(id);
  }
  return it;
}

const refusal = (answer: DecidedRun | Refusal) =>
  answer.kind === "refused" ? `${answer.code}: ${answer.message}` : answer.kind;

test("a run that is not there is refused by its id", async (t) => {
  const { bot, world } = await started(t);
  for (const action of ["switch", "cancel"] as const) {
    const answer = await world.clock.settle(bot.engine.decideRun("r-20200101-0000", action, bob));
    assert.equal(refusal(answer), 'unknown-id: There is no run "r-20200101-0000".');
  }
});

test("before its card asks, a run says which hosts are in which phase, and nothing is decided", async (t) => {
  const { run, say, all, bot, ids } = await started(t);
  await bot.reaches(ids[0], ({ phase }) => phase === "build");
  const phases = (await all()).map(({ host, phase }) => `${host} is in ${phase}`).join(", ");
  const answer = await say("switch");
  assert.equal(
    refusal(answer),
    `not-ready: ${run.id} is not ready: there is nothing to decide yet (${phases}).`,
  );
  assert.equal(answer.kind === "refused" && answer.help, "Its card will ask.");
  assert.ok((await all()).every(({ confirmation }) => (confirmation?.decision ?? null) === null));
});

test("a yes is for every host that asks, each is told of, and a second one is told who decided", async (t) => {
  const { run, say, bot } = await atTheCard(t);
  const before = bot.changes.length;
  const answer = await say("switch");
  assert.ok(answer.kind === "decided");
  assert.equal(answer.run.id, run.id);
  assert.deepEqual(answer.left, []);
  assert.deepEqual(
    answer.deployments.map(({ host, confirmation }) => [host, confirmation?.decision?.by.name]),
    [
      ["ovh-vps", "Bob"],
      ["yoga", "Bob"],
      ["zephyrus", "Bob"],
    ],
  );
  const told = bot.changes
    .slice(before)
    .filter(({ confirmation }) => (confirmation?.decision ?? null) !== null);
  assert.deepEqual([...new Set(told.map(({ host }) => host))], threeHosts);
  assert.equal(refusal(await say("switch")), `already-decided: Bob decided already for ${run.id}.`);
});

test("a word that does not decide is told of where it changed a record, and nowhere else", async (t) => {
  const it = await atTheCard(t);
  it.world.fleet = "hosts: { yoga: { approvals: 3 } }";
  const before = it.bot.changes.length;
  const yes = (person: string) =>
    it.world.clock.settle(it.bot.engine.decideRun(it.run.id, "switch", somebody(person)));
  assert.equal((await yes("dave")).kind, "approved");
  assert.deepEqual(
    it.bot.changes.slice(before).map(({ host }) => host),
    threeHosts,
  );
  const after = it.bot.changes.length;
  assert.equal(refusal(await yes("dave")).split(":")[0], "needs-approval");
  assert.equal(it.bot.changes.length, after, "a refusal changes nothing");
});

test("a run whose card ran out says so, and one that has ended says that", async (t) => {
  const { run, say, world, bot, ids } = await atTheCard(t);
  const [record] = [await bot.record(ids[0])];
  await world.clock.settle(bot.engine.decideRun(run.id, "cancel", bob));
  for (const id of ids) {
    await bot.ends(id);
  }
  assert.equal(record?.phase, "confirm");
  assert.equal(refusal(await say("switch")), `already-decided: ${run.id} has ended.`);
  assert.equal(refusal(await say("cancel")), `already-decided: ${run.id} has ended.`);
});

test("a cancel while the first host switches stops the rest, and says why that one goes on", async (t) => {
  const { world, say, bot, ids } = await atTheCard(t);
  await say("switch");
  await bot.reaches(ids[0], ({ phase }) => phase === "switch");
  const waiting = deploymentCard(await bot.record(ids[1]), null);
  assert.ok(JSON.stringify(waiting).includes('"decision":"cancel"'), "its card has the button");
  const answer = await say("cancel");
  assert.ok(answer.kind === "decided", JSON.stringify(answer));
  assert.deepEqual(
    answer.deployments.map(({ host }) => host),
    ["yoga", "zephyrus"],
  );
  assert.deepEqual(
    answer.left.map(({ host }) => host),
    ["ovh-vps"],
  );
  assert.match(answer.left[0]?.why ?? "", /under way/);
  const ended = [await bot.ends(ids[0]), await bot.ends(ids[1]), await bot.ends(ids[2])];
  assert.deepEqual(
    ended.map(({ outcome }) => outcome),
    ["deployed", "cancelled", "cancelled"],
  );
  assert.match(ended[1]?.message ?? "", /Cancelled by Bob during confirm; the running system is untouched/);
  for (const host of ["yoga", "zephyrus"]) {
    assert.equal(world.host(host).current, storePath(`nixos-system-${host}-1`), host);
  }
});

test("a cancel that comes during the last look before a switch keeps that switch from beginning", async (t) => {
  const { world, bot, ids, say } = await atTheCard(t);
  const look = world.shell("ovh-vps").hold((argv) => argv.join(" ") === snapshotArgv().join(" "));
  await say("switch");
  await world.clock.until(async () => look.hasStarted(), "the last look");
  const answer = await say("cancel");
  assert.ok(answer.kind === "decided", JSON.stringify(answer));
  assert.deepEqual(
    answer.deployments.map(({ host }) => host),
    threeHosts,
  );
  look.release();
  for (const [at, id] of ids.entries()) {
    const ended = await bot.ends(id);
    assert.deepEqual([ended.outcome, ended.supervisedUntil], ["cancelled", null]);
    const host = threeHosts[at] ?? "";
    assert.equal(world.host(host).current, storePath(`nixos-system-${host}-1`), host);
  }
});

test("a cancel of which no host can take any notice is refused with the first reason", async (t) => {
  const { say, bot, ids, world, run } = await atTheCard(t);
  for (const id of ids.slice(1)) {
    await world.clock.settle(bot.engine.decide(id, "cancel", alice));
    await bot.ends(id);
  }
  await say("switch");
  await bot.reaches(ids[0], ({ phase }) => phase === "switch");
  const answer = await say("cancel");
  assert.match(refusal(answer), /^too-late: .*under way/);
  assert.equal((await bot.ends(ids[0])).outcome, "deployed", run.id);
});

test("one host of a run is switched by the run's card alone; it can be left out by its own id", async (t) => {
  const { bot, world, ids, run } = await atTheCard(t);
  const alone = await world.clock.settle(bot.engine.decide(ids[1], "switch", bob));
  assert.ok(alone.kind === "refused");
  assert.equal(alone.code, "not-ready");
  assert.equal(alone.message, `The hosts of ${run.id} are decided together.`);
  assert.equal(alone.help, `/confirm ${run.id} is for all of them; /cancel ${ids[1]} leaves this one out.`);
  assert.equal((await bot.record(ids[1])).confirmation?.decision, null);
  assert.equal((await world.clock.settle(bot.engine.decide(ids[1], "cancel", bob))).kind, "decided");
  const ended = await bot.ends(ids[1]);
  const late = await world.clock.settle(bot.engine.decide(ids[1], "switch", bob));
  assert.equal(late.kind === "refused" && late.code, "already-decided", String(ended.outcome));
});
