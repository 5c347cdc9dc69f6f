import assert from "node:assert/strict";
import { test } from "node:test";
import type { HealthSnapshot, UnitState } from "../../../src/deploy/deployment.ts";
import { type CheckResult, judge } from "../../../src/health/verdict.ts";

const ok: UnitState = {
  active: "active",
  sub: "running",
  restarts: 0,
  isSteady: true,
  invocation: "1",
  load: "loaded",
  result: "success",
  wanted: true,
};
const anew = { ...ok, invocation: "2" };
const failed = { ...ok, active: "failed", sub: "failed", result: "exit-code" };
const restarting = {
  ...ok,
  active: "activating",
  sub: "auto-restart",
  restarts: 3,
  isSteady: false,
  result: "exit-code",
};
const stopped = { ...ok, active: "inactive", sub: "dead" };

interface Case {
  readonly what: string;
  readonly before?: UnitState | undefined;
  readonly after?: UnitState;
  readonly system?: readonly [string, string];
  readonly critical?: readonly string[];
  readonly checks?: readonly CheckResult[];
  /** Problems: a roll back. None is a good deployment. */
  readonly problems?: readonly RegExp[];
  readonly oldTrouble?: readonly RegExp[];
}

const cases: readonly Case[] = [
  { what: "a unit that runs on is well", before: ok, after: ok },
  { what: "a unit that the switch restarted is well", before: ok, after: anew },
  { what: "a new unit that runs is well", after: ok },
  {
    what: "a unit that failed is a problem",
    before: ok,
    after: failed,
    problems: [/a.service failed \(exit-code\)/],
  },
  { what: "a new unit that failed is a problem", after: failed, problems: [/a.service failed/] },
  {
    what: "a unit that was failed before is old trouble",
    before: failed,
    after: failed,
    oldTrouble: [/a.service failed/],
  },
  { what: "a unit that failed before and runs now is well", before: failed, after: anew },
  {
    what: "a unit that keeps restarting is a problem, though it never shows as failed",
    before: ok,
    after: restarting,
    problems: [/a.service keeps restarting \(3 times, exit-code\)/],
  },
  {
    what: "a unit that kept restarting before is old trouble",
    before: restarting,
    after: { ...restarting, restarts: 9 },
    oldTrouble: [/keeps restarting/],
  },
  {
    what: "a unit that queued its restart is restarting too",
    before: ok,
    after: { ...restarting, sub: "auto-restart-queued" },
    problems: [/keeps restarting/],
  },
  {
    what: "a unit that systemd restarted since the switch is a problem, though it runs this moment",
    before: ok,
    after: { ...anew, restarts: 2 },
    problems: [/a.service was restarted 2 times by systemd/],
  },
  {
    what: "a new unit that systemd had to restart is a problem",
    after: { ...ok, restarts: 1, isSteady: false },
    problems: [/was restarted 1 times/],
  },
  {
    what: "a restart of long ago, that nothing added to, is no trouble",
    before: { ...ok, restarts: 1 },
    after: { ...ok, restarts: 1 },
  },
  {
    what: "the same count under a new invocation was made since the switch started it anew",
    before: { ...ok, restarts: 2 },
    after: { ...anew, restarts: 2, isSteady: false },
    problems: [/was restarted 2 times/],
  },
  {
    what: "a unit that was unsteady before and still is, is old trouble",
    before: { ...ok, restarts: 5, isSteady: false },
    after: { ...ok, restarts: 7, isSteady: false },
    oldTrouble: [/was restarted 7 times/],
  },
  {
    what: "a steady unit that restarts again after the switch is a problem",
    before: { ...ok, restarts: 1, isSteady: true },
    after: { ...ok, restarts: 4, isSteady: false },
    problems: [/was restarted 4 times/],
  },
  {
    what: "a unit that was active and is not, though the new system wants it, is a problem",
    before: ok,
    after: stopped,
    problems: [/a.service was active and is not any more/],
  },
  {
    what: "a unit that the new system has no more is fine",
    before: ok,
    after: { ...stopped, load: "not-found" },
  },
  { what: "a unit that the new system masks is fine", before: ok, after: { ...stopped, load: "masked" } },
  { what: "a unit that nothing wants any more is fine", before: ok, after: { ...stopped, wanted: false } },
  {
    what: "a unit that a timer or a socket starts now and then is fine while it rests",
    before: { ...ok, wanted: false },
    after: { ...stopped, wanted: false },
  },
  { what: "a unit that rested before and rests now is fine", before: stopped, after: stopped },
  { what: "a critical unit that runs is well", after: ok, critical: ["a.service"] },
  {
    what: "a critical unit that does not run is a problem, also when it did not run before",
    before: stopped,
    after: stopped,
    critical: ["a.service"],
    problems: [/a.service is critical and inactive/],
  },
  {
    what: "a critical unit that is not there is a problem",
    critical: ["b.service"],
    problems: [/b.service is critical and not loaded/],
  },
  { what: "a check that passes is well", checks: [{ name: "http://x", failure: null }] },
  {
    what: "a check that fails is a problem",
    checks: [{ name: "http://x", failure: "503" }],
    problems: [/check http:\/\/x: 503/],
  },
  {
    what: "a system that got worse without a unit to blame is a problem",
    system: ["running", "degraded"],
    problems: [/the system is degraded; it was running/],
  },
  { what: "a system that was degraded and still is, is fine", system: ["degraded", "degraded"] },
  { what: "a system that got better is fine", system: ["degraded", "running"] },
  { what: "a system that is still starting is no worse one", system: ["running", "starting"] },
  {
    what: "a system in maintenance is worse than a degraded one",
    system: ["degraded", "maintenance"],
    problems: [/the system is maintenance/],
  },
  {
    what: "a system state that nobody knows is worse than any",
    system: ["running", ""],
    problems: [/it was running/],
  },
  {
    what: "a failed unit explains a degraded system: it is not said twice",
    before: ok,
    after: failed,
    system: ["running", "degraded"],
    problems: [/a.service failed/],
  },
];

for (const {
  what,
  before,
  after,
  system = ["running", "running"],
  critical = [],
  checks = [],
  problems = [],
  oldTrouble = [],
} of cases) {
  test(what, () => {
    const snapshot = (state: string, unit: UnitState | undefined): HealthSnapshot => ({
      system: state,
      units: unit === undefined ? {} : { "a.service": unit },
    });
    const verdict = judge(snapshot(system[0], before), snapshot(system[1], after), critical, checks);
    assert.equal(verdict.isHealthy, problems.length === 0, verdict.problems.join("; "));
    assert.equal(verdict.problems.length, problems.length, verdict.problems.join("; "));
    assert.equal(verdict.oldTrouble.length, oldTrouble.length, verdict.oldTrouble.join("; "));
    problems.forEach((pattern, index) => {
      assert.match(verdict.problems[index] ?? "", pattern);
    });
    oldTrouble.forEach((pattern, index) => {
      assert.match(verdict.oldTrouble[index] ?? "", pattern);
    });
  });
}

test("a critical unit that failed is one problem with two sides, and none twice", () => {
  const verdict = judge(
    { system: "running", units: {} },
    { system: "running", units: { "a.service": failed } },
    ["a.service", "a.service"],
    [],
  );
  assert.deepEqual(verdict.problems, ["a.service failed (exit-code)", "a.service is critical and failed"]);
});
