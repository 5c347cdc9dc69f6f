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
