import assert from "node:assert/strict";
import { test } from "node:test";
import { judge } from "../../../src/deploy/approvals.ts";
import { digestOf, presentSet } from "../../../src/deploy/consent.ts";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import { asking } from "../../../src/deploy/rollout.ts";
import { atTheCard } from "../../fakes/at-the-card.ts";
import { storePath } from "../../fakes/fake-system.ts";
import { aConfirmation, aDeployment } from "../../fakes/records.ts";
import { fleetOfThree, rollOut } from "../../fakes/roll-out.ts";
import { alice, bob, somebody } from "../../fakes/world.ts";

const later = "2026-11-23T11:00:00.000Z";
const facts = {
  current: storePath("yoga-1"),
  profile: "system-1-link",
  profileSystem: storePath("yoga-1"),
  generation: 1,
  bootId: "b1",
  rebootNeeded: false,
};
const card = aDeployment({
  phase: "confirm",
  confirmation: aConfirmation(later),
  toplevel: storePath("yoga-2"),
  before: facts,
});

test("the digest changes with everything that a yes is for, and with nothing else", () => {
  const seen = {
    system: "running",
    failedUnits: [],
    kernel: "6.12",
    bootedGeneration: 1,
    next: { generation: 2, kernel: "6.12" },
    generations: [{ number: 1, date: later, kernel: "6.12", stays: null }],
    free: 1,
    dead: { paths: 3, bytes: 9 },
  };
  const act = { verify: false, keep: 1, olderThan: null, seen, begunAt: null };
  const others: Partial<Deployment>[] = [
    { id: "d-20261123-0002" },
    { host: "ovh-vps" },
    { mode: "boot" },
    { confirmation: aConfirmation(later, { gate: "copy" }) },
    { toplevel: storePath("yoga-3") },
    { revision: "f".repeat(40) },
    { toGeneration: 3 },
    { isForced: true },
    { risk: "high" },
    { before: { ...facts, current: storePath("yoga-0") } },
    { before: { ...facts, profile: "system-2-link" } },
    { before: { ...facts, bootId: "b2" } },
    { act },
    { act: { ...act, verify: true } },
    { act: { ...act, seen: { ...seen, dead: { paths: 4, bytes: 9 } } } },
    { act: { ...act, seen: { ...seen, next: { generation: 3, kernel: "6.12" } } } },
    {
      act: {
        ...act,
        seen: {
          ...seen,
          generations: [...seen.generations, { number: 2, date: later, kernel: "", stays: null }],
        },
      },
    },
  ];
  const digests = others.map((change) => digestOf([{ ...card, ...change }]));
  assert.equal(new Set([digestOf([card]), ...digests]).size, others.length + 1);
  const [a, b] = [card, { ...card, id: "d-20261123-0002", host: "ovh-vps" }];
  assert.equal(digestOf([a, b]), digestOf([b, a]), "the order of a list is no part of it");
  assert.notEqual(digestOf([a]), digestOf([a, b]), "one host more is another set");
  const given = { by: alice, person: "alice", at: later };
  for (const same of [
    { message: "x" },
    { confirmation: aConfirmation(later, { approvals: [given] }) },
    { restarts: 2 },
  ] satisfies Partial<Deployment>[]) {
    assert.equal(digestOf([{ ...card, ...same }]), digestOf([card]));
  }
  const shuffled = Object.fromEntries(Object.entries(facts).reverse()) as typeof facts;
  assert.equal(digestOf([{ ...card, before: shuffled }]), digestOf([card]), "as a file gives it back");
});

test("a yes without a digest, or with another one, decides nothing and is shown the present set", async (t) => {
  const { world, bot, id } = await atTheCard(t);
  for (const digest of [null, "0123456789ab", "", digestOf([card])]) {
    const answer = await world.clock.settle(bot.engine.decide(id, "switch", alice, false, digest));
    const record = await bot.record(id);
    assert.equal(answer.kind === "refused" && answer.code, "changed");
    assert.deepEqual(answer.kind === "refused" && answer.present, presentSet(id, [record]));
    assert.match(answer.kind === "refused" ? answer.message : "", /switch yoga to .*yoga-2/);
    assert.equal(record.confirmation?.decision, null);
  }
  const digest = digestOf([await bot.record(id)]);
  const answer = await world.clock.settle(bot.engine.decide(id, "switch", alice, false, digest));
  assert.equal(answer.kind, "decided");
});

test("cancelling takes no digest", async (t) => {
  const { world, bot, id } = await atTheCard(t);
  const answer = await world.clock.settle(bot.engine.decide(id, "cancel", bob, false, null));
  assert.equal(answer.kind, "decided");
});

test("a host that was made a high risk while its card waited is shown so before it is switched", async (t) => {
  const { world, bot, id } = await atTheCard(t);
  const digest = digestOf([await bot.record(id)]);
  world.fleet = "hosts: { yoga: { risk: high } }";
  const answer = await world.clock.settle(bot.engine.decide(id, "switch", alice, false, digest));
  assert.equal(answer.kind === "refused" && answer.code, "changed");
  const record = await bot.record(id);
  assert.equal(record.risk, "high", "its card is drawn again");
  const again = bot.engine.decide(id, "switch", alice, false, digestOf([record]));
  assert.equal((await world.clock.settle(again)).kind, "decided");
});

test("a yes to one host of a run switches no other, and a host that left the run makes it another set", async (t) => {
  const { world, bot } = await fleetOfThree(t);
  const { run, all } = await rollOut(world, bot);
  for (const id of run.deployments) {
    await bot.asks(id);
  }
  const yes = (digest: string | null) =>
    world.clock.settle(bot.engine.decideRun(run.id, "switch", bob, false, digest));
  const records = await all();
  for (const digest of [null, ...records.map((one) => digestOf([one])), digestOf(records.slice(0, 2))]) {
    const answer = await yes(digest);
    assert.equal(answer.kind === "refused" && answer.code, "changed");
    assert.equal(answer.kind === "refused" && answer.present?.hosts.length, 3);
  }
  assert.ok(
    (await all()).every(({ confirmation }) => confirmation?.decision === null),
    "none was decided",
  );
  const three = digestOf(records);
  await world.clock.settle(bot.engine.decide(run.deployments[1] ?? "", "cancel", bob));
  await bot.ends(run.deployments[1] ?? "");
  assert.equal((await yes(three)).kind, "refused");
  const two = digestOf(asking(await all()));
  const answer = await yes(two);
  assert.deepEqual(answer.kind === "decided" && answer.deployments.map(({ host }) => host), [
    "ovh-vps",
    "zephyrus",
  ]);
});

test("a run asks when all its hosts are ready, and not while one is still on its way", () => {
  const other = { ...card, id: "d-20261123-0002", host: "ovh-vps" };
  const hosts = (...all: readonly Deployment[]) => asking(all).map(({ host }) => host);
  assert.deepEqual(hosts(card, other), ["yoga", "ovh-vps"]);
  const early = ["check", "build", "approve", "copy", "dry-activate", "confirm"] as const;
  for (const phase of early) {
    assert.deepEqual(hosts(card, { ...other, phase, confirmation: null }), [], phase);
  }
  assert.deepEqual(hosts(card, { ...other, outcome: "failed" }), ["yoga"], "left out, and so it is shown");
  const gate = aConfirmation(later, { gate: "copy" });
  const let1 = { ...card, phase: "approve", confirmation: gate } as const;
  assert.deepEqual(hosts(let1, { ...other, phase: "build", confirmation: null }), []);
  assert.deepEqual(hosts(let1, { ...other, phase: "approve", confirmation: gate }), ["yoga", "ovh-vps"]);
});

test("a word that was given to another system does not count", () => {
  const rule = { people: 3, needsApprover: false };
  const click = { by: { ...bob, person: "bob" }, at: later, isApprover: false };
  const given = (digest: string) => ({ by: somebody("carol"), person: "carol", at: later, digest });
  const asked = { ...card, requestedBy: { ...alice, person: "alice" } };
  const withWord = (digest: string) => ({
    ...asked,
    confirmation: aConfirmation(later, { approvals: [given(digest)] }),
  });
  assert.equal(judge(withWord("0123456789ab"), rule, click).kind, "counts");
  assert.equal(judge(withWord(digestOf([asked])), rule, click).kind, "decides");
});
