import assert from "node:assert/strict";
import { test } from "node:test";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import { historyOf } from "../../../src/deploy/generation-history.ts";
import type { Generation } from "../../../src/nix/generations.ts";
import { storePath } from "../../fakes/fake-system.ts";
import { aDeployment } from "../../fakes/records.ts";

/** The host's list, such as `{ 1: "a" }`, and the number that runs and boots. */
function listed(systems: Readonly<Record<number, string>>, runs: number, boots = runs): Generation[] {
  return Object.entries(systems).map(([text, name]) => ({
    number: Number(text),
    toplevel: storePath(name),
    date: "",
    nixosVersion: "",
    kernel: "",
    revision: "",
    isCurrent: name === systems[runs],
    isProfile: Number(text) === boots,
  }));
}

let minute = 0;
/** A switch of generation `from` to `to`, whose systems are called as their numbers. */
function went(from: number, to: number, change: Partial<Deployment> = {}): Deployment {
  minute += 1;
  const current = storePath(String(from));
  return aDeployment({
    outcome: "deployed",
    finishedAt: new Date(Date.UTC(2026, 10, 1, 0, minute)).toISOString(),
    toplevel: storePath(String(to)),
    generation: to,
    before: {
      current,
      profile: `system-${from}-link`,
      profileSystem: current,
      generation: from,
      bootId: "b",
      rebootNeeded: false,
    },
    ...change,
  });
}

const back = (from: number, to: number) => went(from, to, { mode: "rollback", toGeneration: to });
const numbers = { 1: "1", 2: "2", 3: "3" };

function told(all: Generation[], ...past: Deployment[]) {
  const history = historyOf(all, past.reverse());
  const ways = all.filter((one) => history.isBack(one)).map(({ number }) => number);
  return { previous: history.previous?.number ?? null, ways };
}

test("what lay between is passed over, too, by a roll back of two", () => {
  const seen = told(listed(numbers, 1), went(1, 2), went(2, 3), back(3, 1));
  assert.deepEqual(seen, { previous: null, ways: [1] });
});

test("what was taken back by itself is not previous, and a roll back that failed bars no second try", () => {
  const failed = { outcome: "rolled-back" } as const;
  const twice = [went(1, 2), went(2, 3)];
  const sickBack = went(3, 2, { ...failed, mode: "rollback", toGeneration: 2 });
  assert.deepEqual(told(listed(numbers, 3), ...twice, sickBack), { previous: 1, ways: [1, 2, 3] });
  const sick = went(3, 2, failed);
  assert.deepEqual(told(listed(numbers, 3), ...twice, sick), { previous: 1, ways: [1, 3] });
});

test("a system that stopped being well while it was watched did not run well", () => {
  const held = { outcome: "deployed" as const, message: "", help: null, lines: [], generation: 2 };
  const until = "2026-11-01T00:00:00.000Z";
  const monitor = { until, strip: [], alarm: "nginx", problems: [], rollsBack: false, held };
  const alarmed = went(1, 2, { outcome: "deployed-degraded", monitor });
  assert.deepEqual(told(listed(numbers, 3), alarmed, went(2, 3)), { previous: 1, ways: [1, 3] });
});

test("a system that only --no-rollback kept did not run well, and one that never booted is not gone back to", () => {
  const asked = { outcome: "deployed-degraded", noRollback: true } as const;
  const kept = went(1, 2, { ...asked, isKeptUnwell: true });
  assert.deepEqual(told(listed(numbers, 3), kept, went(2, 3)), { previous: 1, ways: [1, 3] });
  const old = told(listed(numbers, 3), went(1, 2, asked), went(2, 3));
  assert.deepEqual(
    old,
    { previous: 2, ways: [1, 2, 3] },
    "nothing was waived: an old trouble made it degraded",
  );
  const boot = went(1, 2, { mode: "boot", outcome: "done" });
  assert.deepEqual(told(listed(numbers, 3), boot, went(1, 3)), { previous: 1, ways: [1, 3] });
});

test("a change by hand is read from the host: an older number was gone back to, a newer one lies on top", () => {
  assert.deepEqual(told(listed(numbers, 2, 3), went(1, 2), went(2, 3)), { previous: 1, ways: [1, 2] });
  const all = listed({ ...numbers, 4: "by-hand" }, 4);
  assert.deepEqual(told(all, went(1, 2), went(2, 3)), { previous: 3, ways: [1, 2, 3, 4] });
});

test("a number that was given out again is another system, and what was pruned is nobody's previous", () => {
  const all = listed({ 1: "1", 2: "another", 3: "3" }, 3);
  assert.equal(told(all, went(1, 2), back(2, 1), went(1, 3)).previous, 1);
  assert.equal(told(listed({ 1: "1", 3: "3" }, 3), went(1, 2), went(2, 3)).previous, 1);
});

test("a rolled back system that was deployed again, and ran well, is previous again", () => {
  const past = [
    went(1, 2),
    back(2, 1),
    went(1, 2, { mode: "rollback", toGeneration: 2, isForward: true }),
    went(2, 3),
  ];
  assert.deepEqual(told(listed(numbers, 3), ...past), { previous: 2, ways: [1, 2, 3] });
});

const none = (all: Generation[]) => all.map((one) => ({ ...one, isCurrent: false }));
const unnamed = (all: Generation[]) => all.map((one) => ({ ...one, isProfile: false }));
const four = { ...numbers, 4: "4" };
const two = [went(1, 2), went(2, 3)];
const watching = {
  ...{ until: "", strip: [], alarm: null, problems: [], rollsBack: false },
  held: { outcome: "deployed" as const, message: "", help: null, lines: [], generation: 4 },
};
const beside = { current: storePath("beside"), profile: "system-2-link", profileSystem: storePath("2") };
const fromBeside = {
  before: { ...beside, generation: 2, bootId: "b", rebootNeeded: false },
};
const noFacts = { before: null, toplevel: storePath("2"), outcome: "rolled-back" } as const;

for (const [sentence, all, past, expected] of [
  [
    "a record that never saw the host tells nothing",
    listed(numbers, 3),
    [...two, went(3, 2, noFacts)],
    [2, 1, 2, 3],
  ],
  [
    "nor does one that built nothing, whatever ran then",
    listed(numbers, 3),
    [...two, went(1, 3, { toplevel: null, outcome: "failed" })],
    [2, 1, 2, 3],
  ],
  [
    "only a switch puts a system on top: what waits for a boot did not run, whatever its number",
    listed(numbers, 3),
    [went(3, 2, { mode: "boot" })],
    [1, 1, 3],
  ],
  [
    "what was refused did not run",
    listed(four, 3),
    [...two, went(3, 4, { outcome: "refused" })],
    [2, 1, 2, 3],
  ],
  [
    "what is still under way did not run",
    listed(four, 3),
    [...two, went(3, 4, { outcome: null })],
    [2, 1, 2, 3],
  ],
  [
    "what was taken back, and stood once more when its end was lost, is not known to have run well",
    listed(numbers, 3),
    [...two, went(3, 2, { outcome: "rolled-back" }), went(3, 2, { outcome: "unknown", monitor: watching })],
    [1, 1, 3],
  ],
  [
    "what a person ran beside the generations takes none of them off",
    listed(numbers, 3),
    [went(1, 2), went(2, 3, fromBeside)],
    [2, 1, 2, 3],
  ],
  [
    "what runs and was taken back to itself is not barred",
    listed(numbers, 3),
    [...two, went(3, 3, { outcome: "rolled-back" }), went(3, 3)],
    [2, 1, 2, 3],
  ],
  [
    "what boots next and is older than what runs: staying is not going back",
    listed(numbers, 3, 1),
    two,
    [2, 1, 2],
  ],
  ["what runs is no generation: all up to the profile's is back", none(listed(four, 3)), [], [3, 1, 2, 3]],
  ["there, what the bot put last is previous", none(listed(numbers, 3, 2)), two, [3, 1, 2, 3]],
  ["no profile is named: what runs counts", unnamed(listed(four, 3)), two, [2, 1, 2, 3]],
  ["nothing is known at all: everything is back", unnamed(none(listed(numbers, 3))), [], [3, 1, 2, 3]],
  ["a system of two numbers is the one that boots", listed({ 1: "1", 2: "2", 3: "1" }, 1), [], [null, 1, 3]],
  [
    "a roll back to what the bot never knew may be tried again",
    listed(numbers, 3),
    [went(2, 3), went(3, 1, { mode: "rollback", toGeneration: 1, outcome: "rollback-failed" })],
    [2, 1, 2, 3],
  ],
  [
    "a later deployment of an older system does not change what a roll back left",
    listed({ ...numbers, 4: "1" }, 4),
    [back(2, 1), went(1, 3), went(3, 4, { toplevel: storePath("1") })],
    [3, 1, 3, 4],
  ],
] as const) {
  test(sentence, () => {
    const [previous, ...ways] = expected;
    assert.deepEqual(told([...all], ...past), { previous, ways });
  });
}

test("a record of an older version does not say whether it went back: there the numbers do", () => {
  for (const [from, to, isBack] of [
    [2, 1, true],
    [1, 2, false],
    [2, 2, true],
  ] as const) {
    const past = went(from, to, { mode: "rollback", toGeneration: to, isForward: null });
    const left = historyOf(listed(numbers, to), [past]).leftWhy(listed(numbers, to)[from - 1] as Generation);
    assert.equal(left !== null, isBack && from !== to, `${from} to ${to}`);
  }
  const unknown = went(1, 2, { mode: "rollback", toGeneration: null, isForward: null });
  assert.notEqual(
    historyOf(listed(numbers, 2), [unknown]).leftWhy(listed(numbers, 2)[0] as Generation),
    null,
  );
  const unplaced = went(1, 2, { mode: "rollback", toGeneration: 2, isForward: null });
  const before = {
    ...(unplaced.before as NonNullable<Deployment["before"]>),
    profile: null,
    profileSystem: null,
  };
  const strange = { ...unplaced, before };
  assert.notEqual(
    historyOf(listed(numbers, 2), [strange]).leftWhy(listed(numbers, 2)[0] as Generation),
    null,
  );
});

test("why a system did not stay says who went back, in which run and for what, and which alarm there was", () => {
  const why = (number: number, ...past: Deployment[]) =>
    historyOf(listed(numbers, 1), past).leftWhy(listed(numbers, 1)[number - 1] as Generation);
  assert.equal(why(2, went(1, 2), back(2, 1)), "Alice went back from it (d-20261123-0001)");
  const because = { mode: "rollback", reason: "500s", toGeneration: 1 } as const;
  assert.equal(why(2, went(2, 1, because)), "Alice went back from it (d-20261123-0001): 500s");
  const sick = went(1, 2, { outcome: "rollback-failed", message: "nginx failed" });
  assert.equal(why(2, sick), "it was taken back (d-20261123-0001): nginx failed");
  const held = { outcome: "deployed" as const, message: "", help: null, lines: [], generation: 2 };
  const monitor = { until: "", strip: [], alarm: "nginx stopped", problems: [], rollsBack: false, held };
  assert.equal(why(2, went(1, 2, { monitor })), "it stopped being well (d-20261123-0001): nginx stopped");
  assert.equal(why(3, went(1, 2)), null);
});

test("records count in the order in which their systems ran, not in which they were asked for", () => {
  const at = (hour: number) => new Date(Date.UTC(2026, 10, 2, hour)).toISOString();
  const [first, second] = two as [Deployment, Deployment];
  const watched: Deployment = {
    ...{ ...second, finishedAt: at(9), createdAt: at(0) },
    times: { monitor: { startedAt: at(2), finishedAt: null } },
  };
  const wentBack = { ...back(3, 2), finishedAt: at(3), createdAt: at(1) };
  const past = [wentBack, watched, { ...first, finishedAt: null, createdAt: at(0) }];
  assert.deepEqual(told(listed(numbers, 2, 2), ...past), { previous: 1, ways: [1, 2] });
  const same = { finishedAt: at(5), toGeneration: 1 };
  const twice = [back(2, 1), went(1, 2)].map((one, id) => ({ ...one, ...same, id: `d-${id}` }));
  assert.deepEqual(told(listed(numbers, 2), ...twice), { previous: 1, ways: [1, 2] });
});

test("what ran and is no generation is come back to, too: what was tried in between is passed over", () => {
  const byHand = (to: number) => {
    const one = went(1, to);
    return { ...one, before: one.before && { ...one.before, current: storePath("by-hand") } };
  };
  const seen = told(listed({ 2: "2", 3: "3" }, 3), byHand(2), byHand(3));
  assert.equal(seen.previous, null);
});

test("a system that was taken back stays so while a second try is under way", () => {
  const again = went(2, 3, { outcome: null, finishedAt: null });
  const history = historyOf(listed(numbers, 2), [again, went(2, 3, { outcome: "rolled-back" }), went(1, 2)]);
  const three = listed(numbers, 2).find(({ number }) => number === 3) ?? assert.fail();
  assert.match(history.leftWhy(three) ?? "", /^it was taken back/);
});
