import assert from "node:assert/strict";
import { test } from "node:test";
import type { HealthSnapshot, UnitState } from "../../../src/deploy/health-snapshot.ts";
import { type CheckResult, judge, unitsUnderWay } from "../../../src/health/verdict.ts";

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
const waiting = { ...ok, active: "activating", sub: "auto-restart", result: "exit-code" };
const flapping = { ...waiting, invocation: "9", restarts: 3, isSteady: false };
const stopped = { ...ok, active: "inactive", sub: "dead" };

interface Case {
  readonly what: string;
  readonly before?: UnitState | undefined;
  /** In the middle of the settle time; without it as at its end. */
  readonly middle?: UnitState;
  readonly after?: UnitState;
  /** The switch stopped, started or restarted the unit, unless a case says that it did not. */
  readonly isTouched?: boolean;
  readonly system?: readonly [string, string];
  readonly critical?: readonly string[];
  readonly checks?: readonly CheckResult[];
  /** Problems: a roll back. None is a good deployment. */
  readonly problems?: readonly RegExp[];
  /** Shown, and no reason to roll back. */
  readonly notes?: readonly RegExp[];
}

const cases: readonly Case[] = [
  // A unit that runs
  { what: "a unit that runs on is well", before: ok, after: ok },
  { what: "a unit that the switch restarted is well", before: ok, after: anew },
  { what: "a new unit that runs is well", after: ok },
  { what: "a unit that failed before and runs now is well", before: failed, after: anew },
  { what: "a unit that is being reloaded runs", before: ok, after: { ...ok, active: "reloading" } },

  // A unit that failed
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
    notes: [/a.service failed/],
  },
  {
    what: "a unit that kept restarting before, and has failed for good now, is a problem",
    before: flapping,
    after: failed,
    problems: [/a.service failed/],
  },

  // A unit that restarts
  {
    what: "a unit that waits for its restart is a problem, though it never shows as failed",
    before: ok,
    after: flapping,
    problems: [/a.service keeps restarting \(3 times, exit-code\)/],
  },
  {
    what: "a unit whose restart is queued is restarting too",
    before: ok,
    after: { ...flapping, sub: "auto-restart-queued" },
    problems: [/keeps restarting/],
  },
  {
    what: "a unit that waits for its very first restart is a problem",
    before: ok,
    after: waiting,
    problems: [/keeps restarting \(0 times/],
  },
  {
    what: "a unit that was restarted twice is a problem, though it runs this moment",
    before: ok,
    after: { ...anew, restarts: 2, isSteady: false },
    problems: [/keeps restarting \(2 times/],
  },
  {
    what: "a unit that was restarted late in the settle time is a problem: it may go on",
    before: ok,
    middle: anew,
    after: { ...anew, restarts: 1, isSteady: false },
    problems: [/keeps restarting \(1 time\)/],
  },
  {
    what: "a unit that was restarted once, early, and runs since is noted",
    before: ok,
    middle: { ...anew, restarts: 1, isSteady: false },
    after: { ...anew, restarts: 1, isSteady: false },
    notes: [/was restarted once by systemd, and runs since/],
  },
  {
    what: "restarts of long ago, which nothing added to, are no trouble",
    before: { ...ok, restarts: 5 },
    after: { ...ok, restarts: 5 },
  },
  {
    what: "a unit with restarts of long ago that the switch started anew is well",
    before: { ...ok, restarts: 5 },
    after: anew,
  },
  {
    what: "the same count under a new invocation was made since the switch started it anew",
    before: { ...ok, restarts: 2 },
    after: { ...anew, restarts: 2, isSteady: false },
    problems: [/keeps restarting/],
  },
  {
    what: "a smaller count is a new one: the switch set it back, and it grew again",
    before: { ...ok, restarts: 9 },
    after: { ...anew, restarts: 3, isSteady: false },
    problems: [/keeps restarting \(3 times/],
  },
  {
    what: "a unit that kept restarting before, and still does, is old trouble",
    before: flapping,
    after: { ...flapping, restarts: 9 },
    notes: [/keeps restarting/],
  },
  {
    what: "a unit that ran unsteadily before is old trouble when it is caught restarting now",
    before: { ...ok, restarts: 4, isSteady: false },
    after: { ...flapping, restarts: 7 },
    notes: [/keeps restarting/],
  },

  // A unit that ran and does not
  {
    what: "a unit that the switch stopped, though the new system wants it, is a problem",
    before: ok,
    after: stopped,
    isTouched: true,
    problems: [/a.service was active and is inactive/],
  },
  {
    what: "a unit that has ended well by itself is noted: it has done its work",
    before: ok,
    after: stopped,
    isTouched: false,
    notes: [/a.service was active and is inactive/],
  },
  {
    what: "a unit that the switch touched and that has ended badly is a problem",
    before: ok,
    after: { ...stopped, result: "signal" },
    problems: [/was active and is inactive/],
  },
  {
    what: "a unit that does not come up is a problem",
    before: ok,
    after: { ...ok, active: "activating", sub: "start" },
    problems: [/a.service was active and is activating/],
  },
  {
    what: "a unit that the new system has no more is fine",
    before: ok,
    after: { ...stopped, load: "not-found" },
    isTouched: true,
  },
  {
    what: "a unit that the new system masks is fine",
    before: ok,
    after: { ...stopped, load: "masked" },
    isTouched: true,
  },
  {
    what: "a unit that nothing wants any more is fine",
    before: ok,
    after: { ...stopped, wanted: false },
    isTouched: true,
  },
  {
    what: "a unit that a timer or a socket starts now and then is fine while it rests",
    before: { ...ok, wanted: false },
    after: { ...stopped, wanted: false },
  },
  { what: "a unit that rested before and rests now is fine", before: stopped, after: stopped },

  // Critical units and checks
  { what: "a critical unit that runs is well", before: ok, after: ok, critical: ["a.service"] },
  {
    what: "a critical unit that runs no more is a problem of its own",
    before: ok,
    after: { ...stopped, wanted: false },
    critical: ["a.service"],
    problems: [/a.service is critical and inactive/],
  },
  {
    what: "a critical unit that did not run before is old trouble",
    before: stopped,
    after: stopped,
    isTouched: false,
    critical: ["a.service"],
    notes: [/a.service is critical and inactive/],
  },
  {
    what: "a critical unit that the switch was to start, and that does not run, is a problem",
    before: stopped,
    after: stopped,
    isTouched: true,
    critical: ["a.service"],
    problems: [/a.service is critical and inactive/],
  },
  {
    what: "a critical unit that was never there is noted",
    critical: ["b.service"],
    notes: [/b.service is critical and not loaded/],
  },
  { what: "a check that passes is well", checks: [{ name: "http://x", failure: null }] },
  {
    what: "a check that fails is a problem",
    checks: [{ name: "http://x", failure: "503" }],
    problems: [/check http:\/\/x: 503/],
  },

  // The system as a whole
  {
    what: "a system that got worse without a unit to blame is noted: that alone is no verdict",
    system: ["running", "degraded"],
    notes: [/the system is degraded; it was running/],
  },
  { what: "a system that was degraded and still is, is fine", system: ["degraded", "degraded"] },
  { what: "a system that got better is fine", system: ["degraded", "running"] },
  { what: "a system that is still starting is no worse one", system: ["running", "starting"] },
  {
    what: "a system in maintenance is worse than a degraded one",
    system: ["degraded", "maintenance"],
    notes: [/the system is maintenance/],
  },
  {
    what: "a system state that nobody knows is worse than any",
    system: ["running", ""],
    notes: [/it was running/],
  },
  {
    what: "a failed unit explains a degraded system: it is not said twice",
    before: ok,
    after: failed,
    system: ["running", "degraded"],
    problems: [/a.service failed/],
  },
];

function snapshot(system: string, unit: UnitState | undefined): HealthSnapshot {
  return { system, units: unit === undefined ? {} : { "a.service": unit } };
}

function matchAll(lines: readonly string[], patterns: readonly RegExp[]): void {
  assert.equal(lines.length, patterns.length, lines.join("; "));
  for (const [index, pattern] of patterns.entries()) {
    assert.match(lines[index] ?? "", pattern);
  }
}

for (const one of cases) {
  test(one.what, () => {
    const [systemBefore, systemAfter] = one.system ?? ["running", "running"];
    const verdict = judge({
      before: snapshot(systemBefore, one.before),
      middle: snapshot(systemAfter, one.middle ?? one.after),
      after: snapshot(systemAfter, one.after),
      touched: new Set(one.isTouched === false ? [] : ["a.service"]),
      critical: one.critical ?? [],
      checks: one.checks ?? [],
    });
    matchAll(verdict.problems, one.problems ?? []);
    matchAll(verdict.notes, one.notes ?? []);
    assert.equal(verdict.isHealthy, verdict.problems.length === 0);
  });
}

test("a critical unit that failed is one problem with two sides, and none twice", () => {
  const verdict = judge({
    before: snapshot("running", ok),
    middle: snapshot("running", failed),
    after: snapshot("running", failed),
    touched: new Set(),
    critical: ["a.service", "a.service"],
    checks: [],
  });
  assert.deepEqual(verdict.problems, ["a.service failed (exit-code)", "a.service is critical and failed"]);
});

test("units under way are those that ran, are wanted, and are between two states", () => {
  const before = snapshot("running", ok);
  const under = (unit: UnitState, was: HealthSnapshot = before) =>
    unitsUnderWay(was, snapshot("starting", unit));
  assert.deepEqual(under({ ...ok, active: "activating", sub: "start-pre" }), ["a.service"]);
  assert.deepEqual(under({ ...ok, active: "deactivating", sub: "stop-sigterm" }), ["a.service"]);
  assert.deepEqual(under(waiting), [], "waiting for a restart is no way to somewhere");
  assert.deepEqual(under(ok), []);
  assert.deepEqual(under({ ...ok, active: "activating", sub: "start", wanted: false }), []);
  assert.deepEqual(under({ ...ok, active: "activating", sub: "start" }, snapshot("running", stopped)), []);
});
