import assert from "node:assert/strict";
import { test } from "node:test";
import { judge } from "../../../src/health/verdict.ts";
import { type Case, failed, ok, snapshot, stopped, testVerdicts } from "./verdict-cases.ts";

/** Critical units, checks, and the system as a whole. */
const cases: readonly Case[] = [
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

testVerdicts(cases);

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
