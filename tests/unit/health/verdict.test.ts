import assert from "node:assert/strict";
import { test } from "node:test";
import type { HealthSnapshot, UnitState } from "../../../src/deploy/health-snapshot.ts";
import { unitsUnderWay } from "../../../src/health/verdict.ts";
import {
  anew,
  type Case,
  failed,
  flapping,
  ok,
  snapshot,
  stopped,
  testVerdicts,
  waiting,
} from "./verdict-cases.ts";

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
];

testVerdicts(cases);

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
