import assert from "node:assert/strict";
import { test } from "node:test";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import { barrier, switchTurn, wavesOf } from "../../../src/deploy/rollout.ts";
import { fakeSystem } from "../../fakes/fake-system.ts";
import { aConfirmation, aDeployment, aRun } from "../../fakes/records.ts";
import { fleetOfThree, rollOut, threeHosts } from "../../fakes/roll-out.ts";
import { alice, bob, somebody, type World } from "../../fakes/world.ts";

/** A commit in which the next system of one host is bad. */
function next(world: World, bad: string, change: Parameters<typeof fakeSystem>[1]): void {
  const systems = threeHosts.map((host) => [host, fakeSystem(`${host}-3`, host === bad ? change : {})]);
  world.builder.commit("third", Object.fromEntries(systems));
}

const asks = ({ confirmation, outcome }: Deployment) => confirmation !== null || outcome !== null;
const hasEnded = ({ outcome }: Deployment) => outcome !== null;

test("all hosts are made ready at one revision, then one question is asked for all of them", async (t) => {
  const { world, bot } = await fleetOfThree(t);
  const { run, until } = await rollOut(world, bot);
  const records = await until(asks);
  assert.deepEqual(new Set(records.map(({ phase }) => phase)), new Set(["confirm"]));
  assert.equal(new Set(records.map(({ revision }) => revision)).size, 1);
  const single = await bot.engine.decide(records[0]?.id ?? "", "switch", bob);
  assert.match(single.kind === "refused" ? single.message : "", /are decided together/);
  const decided = await world.clock.settle(bot.engine.decideRun(run.id, "switch", bob));
  assert.equal(decided.kind, "decided");
  const ended = await until(hasEnded);
  assert.deepEqual(
    ended.map(({ outcome }) => outcome),
    ["deployed", "deployed", "deployed"],
  );
  const switched = ended.map(({ times }) => times.switch);
  assert.ok((switched[0]?.finishedAt ?? "z") <= (switched[1]?.startedAt ?? ""), "one after the other");
  assert.ok((switched[1]?.finishedAt ?? "z") <= (switched[2]?.startedAt ?? ""), "one after the other");
});

test("a host that cannot be built stops the run before the question, and nothing is switched", async (t) => {
  const { world, bot } = await fleetOfThree(t);
  next(world, "yoga", { buildExit: 1 });
  const { until } = await rollOut(world, bot);
  const ended = await until(hasEnded);
  assert.deepEqual(
    ended.map(({ outcome }) => outcome),
    ["skipped", "failed", "skipped"],
  );
  assert.match(ended[0]?.message ?? "", /yoga ended as failed before anything was switched; --keep-going/);
});

test("with --keep-going the others go on without it", async (t) => {
  const { world, bot } = await fleetOfThree(t);
  next(world, "yoga", { buildExit: 1 });
  const { run, until } = await rollOut(world, bot, { keepGoing: true });
  await until(asks);
  await world.clock.settle(bot.engine.decideRun(run.id, "switch", bob));
  const ended = await until(hasEnded);
  assert.deepEqual(
    ended.map(({ outcome }) => outcome),
    ["deployed", "failed", "deployed"],
  );
});

test("a host that is away is skipped, and stops nobody", async (t) => {
  const { world, bot } = await fleetOfThree(t);
  world.host("yoga").answers = false;
  world.host("yoga").answersAnew = false;
  const { run, until } = await rollOut(world, bot);
  await until(asks);
  await world.clock.settle(bot.engine.decideRun(run.id, "switch", bob));
  const ended = await until(hasEnded);
  assert.deepEqual(
    ended.map(({ outcome }) => outcome),
    ["deployed", "skipped", "deployed"],
  );
  assert.match(ended[1]?.message ?? "", /does not answer/);
});

test("the first switch that goes wrong stops the rest, which are untouched", async (t) => {
  const { world, bot } = await fleetOfThree(t);
  next(world, "yoga", { testExit: 2 });
  const { run, until } = await rollOut(world, bot);
  await until(asks);
  await world.clock.settle(bot.engine.decideRun(run.id, "switch", bob));
  const ended = await until(hasEnded);
  assert.deepEqual(
    ended.map(({ outcome }) => outcome),
    ["deployed", "rolled-back", "skipped"],
  );
  assert.match(
    ended[2]?.message ?? "",
    /yoga ended as rolled-back, which stopped the run\. zephyrus is untouched/,
  );
});

test("one question is decided under the strictest host's rule", async (t) => {
  const { world, bot } = await fleetOfThree(t);
  world.fleet = "hosts: { zephyrus: { approvals: 2 } }";
  const { run, until } = await rollOut(world, bot);
  await until(asks);
  const own = await bot.engine.decideRun(run.id, "switch", somebody("carol", "web"));
  assert.equal(own.kind === "refused" && own.code, "needs-approval");
  const records = await until(asks);
  assert.equal(
    records.every(({ confirmation }) => confirmation?.decision === null),
    true,
    "none of them was decided",
  );
  const other = await world.clock.settle(bot.engine.decideRun(run.id, "switch", somebody("dave", "discord")));
  assert.equal(other.kind, "decided");
});

test("one locked host refuses the whole question; it can be left out", async (t) => {
  const { world, bot } = await fleetOfThree(t);
  const { run, ids, until } = await rollOut(world, bot);
  await until(asks);
  await bot.engine.lock({ host: "yoga", reason: "no", lasts: null, by: bob, command: "/lock yoga no" });
  const refused = await bot.engine.decideRun(run.id, "switch", alice);
  assert.equal(refused.kind === "refused" && refused.code, "locked");
  await bot.engine.decide(ids[1] ?? "", "cancel", alice);
  await bot.ends(ids[1] ?? "");
  assert.equal((await world.clock.settle(bot.engine.decideRun(run.id, "switch", alice))).kind, "decided");
  const ended = await until(hasEnded);
  assert.deepEqual(
    ended.map(({ outcome }) => outcome),
    ["deployed", "cancelled", "deployed"],
  );
});

test("a run that is cancelled ends each of its hosts", async (t) => {
  const { world, bot } = await fleetOfThree(t);
  const { run, until } = await rollOut(world, bot);
  await until(asks);
  await world.clock.settle(bot.engine.decideRun(run.id, "cancel", alice));
  const ended = await until(hasEnded);
  assert.deepEqual(new Set(ended.map(({ outcome }) => outcome)), new Set(["cancelled"]));
});

test("a bot that dies between two switches goes on with the run, in its order", async (t) => {
  const { world, bot } = await fleetOfThree(t);
  const { run, ids, until } = await rollOut(world, bot);
  await until(asks);
  await bot.engine.decideRun(run.id, "switch", bob);
  await bot.reaches(ids[1] ?? "", ({ phase }) => phase === "switch");
  bot.kill();
  const second = await world.startBot();
  await world.clock.settle(second.engine.recover());
  const outcomes: (string | null)[] = [];
  for (const id of ids) {
    outcomes.push((await second.ends(id)).outcome);
  }
  assert.deepEqual(outcomes, ["deployed", "deployed", "deployed"]);
});

test("the canary goes first by itself, then so many at a time", () => {
  const all = ["a", "b", "c", "d"].map((host, index) =>
    aDeployment({ id: `d-20261123-000${index + 1}`, host }),
  );
  const waves = (change: object) =>
    wavesOf(aRun(change), all).map((wave) => wave.map(({ host }) => host).join(""));
  assert.deepEqual(waves({}), ["a", "b", "c", "d"]);
  assert.deepEqual(waves({ wave: 2 }), ["ab", "cd"]);
  assert.deepEqual(waves({ wave: 2, canary: "c" }), ["c", "ab", "d"]);
});

test("whose turn it is, read from the records alone", () => {
  const decided = aConfirmation("2026-11-23T10:30:00.000Z", {
    decision: { action: "switch", by: bob, at: "2026-11-23T10:05:00.000Z" },
  });
  const one = (number: number, change: Partial<Deployment>) =>
    aDeployment({ id: `d-20261123-000${number}`, host: `h${number}`, ...change });
  const run = aRun();
  const kind = (of: typeof barrier, all: readonly Deployment[], number: number) =>
    of(run, all, `d-20261123-000${number}`).kind;
  const ready = one(2, { phase: "confirm" });
  assert.equal(kind(barrier, [one(1, { phase: "copy" }), ready], 2), "wait");
  assert.equal(kind(barrier, [one(1, { phase: "confirm" }), ready], 2), "go");
  assert.equal(kind(barrier, [one(1, { outcome: "failed" }), ready], 2), "skip");
  assert.equal(kind(barrier, [one(1, { outcome: "cancelled" }), ready], 2), "go");
  assert.equal(kind(barrier, [one(1, { outcome: "skipped" }), ready], 2), "go");
  const next = one(2, { phase: "confirm", confirmation: decided });
  const first = (change: Partial<Deployment>) => one(1, { confirmation: decided, ...change });
  assert.equal(kind(switchTurn, [first({ phase: "switch" }), next], 2), "wait");
  assert.equal(kind(switchTurn, [first({ outcome: "deployed" }), next], 2), "go");
  assert.equal(kind(switchTurn, [first({ outcome: "unchanged", confirmation: null }), next], 2), "go");
  for (const outcome of ["rolled-back", "rollback-failed", "unknown", "superseded"] as const) {
    assert.equal(kind(switchTurn, [first({ outcome }), next], 2), "skip", outcome);
  }
  assert.equal(
    kind(switchTurn, [first({ outcome: "failed", confirmation: null }), next], 2),
    "go",
    "kept going",
  );
});

test("the next host waits until the one before was watched, and an alarm stops the run", async (t) => {
  const { world, bot } = await fleetOfThree(t);
  const { run, ids, until } = await rollOut(world, bot, { watch: 120_000 });
  await until(asks);
  await world.clock.settle(bot.engine.decideRun(run.id, "switch", bob));
  const [first = "", second = "", third = ""] = ids;
  const well = await bot.ends(first);
  assert.equal(well.outcome, "deployed");
  const switched = await bot.reaches(second, ({ phase }) => phase === "monitor");
  assert.ok((well.finishedAt ?? "z") <= (switched.times.switch?.startedAt ?? ""), "one after the other");
  const yoga = world.host("yoga");
  Object.assign(yoga.systemOf(yoga.current).units, { "nginx.service": { active: "failed" } });
  assert.equal((await bot.ends(second)).outcome, "deployed-degraded");
  const skipped = await bot.ends(third);
  assert.equal(skipped.outcome, "skipped");
  assert.match(skipped.message ?? "", /yoga ended as deployed-degraded, which stopped the run/);
});
