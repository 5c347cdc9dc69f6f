import assert from "node:assert/strict";
import { test } from "node:test";
import type { UnitState } from "../../../src/deploy/health-snapshot.ts";
import { isUnderWay, unitTrouble } from "../../../src/health/unit-trouble.ts";

const ok: UnitState = {
  ...{ active: "active", sub: "running", restarts: 0, isSteady: true, invocation: "1", load: "loaded" },
  ...{ result: "success", wanted: true, type: "notify" },
};
const dead = { ...ok, active: "inactive", sub: "dead" };
const starting = { ...ok, active: "activating", sub: "start", invocation: "2" };
const flapping = { ...starting, sub: "auto-restart", restarts: 4 };

function troubleOf(before: UnitState | undefined, after: UnitState | undefined, isTouched = false): string {
  const units = after === undefined ? {} : { "a.service": after };
  const seen = { system: "running", units };
  const was = { system: "running", units: before === undefined ? {} : { "a.service": before } };
  const trouble = unitTrouble("a.service", { before: was, middle: seen, after: seen }, isTouched);
  if (trouble === null) {
    return "none";
  }
  return trouble.kind === "mentioned"
    ? `mentioned: ${trouble.effect}`
    : trouble.isOld
      ? `old ${trouble.kind}`
      : trouble.kind;
}

for (const [sentence, before, after, expected] of [
  ["a unit that is not loaded any more is no trouble", ok, undefined, "none"],
  ["one that failed is, and is old where it had failed", ok, { ...dead, active: "failed" }, "failed"],
  ["a failure of before is old", { ...dead, active: "failed" }, { ...dead, active: "failed" }, "old failed"],
  ["a new unit that keeps restarting is new trouble", undefined, flapping, "flapping"],
  ["so is one that was well", ok, flapping, "flapping"],
  [
    "one that waits in a queue to restart is restarting, too",
    ok,
    { ...flapping, sub: "auto-restart-queued" },
    "flapping",
  ],
  [
    "one that waits for its first restart is restarting already",
    ok,
    { ...flapping, restarts: 0, sub: "auto-restart-queued" },
    "flapping",
  ],
  ["what restarted before, and does, is old", { ...ok, isSteady: false }, flapping, "old flapping"],
  ["what waited for its restart before, too", { ...flapping, isSteady: true }, flapping, "old flapping"],
  ["in a queue, too", { ...flapping, isSteady: true, sub: "auto-restart-queued" }, flapping, "old flapping"],
  ["what had failed and keeps restarting is old", { ...dead, active: "failed" }, flapping, "old flapping"],
  ["a new unit in a state that nobody knows is odd", undefined, { ...ok, active: "hibernating" }, "odd"],
  ["a unit that comes into such a state is odd", ok, { ...ok, active: "hibernating" }, "odd"],
  [
    "one that was in it is old",
    { ...ok, active: "hibernating" },
    { ...ok, active: "hibernating" },
    "old odd",
  ],
  ["a unit that comes up is on its way", dead, starting, "starting"],
  ["a new one, too", undefined, starting, "starting"],
  ["one that was coming up, in the same start, is old", starting, starting, "old starting"],
  ["one that began another start is not", { ...starting, invocation: "9" }, starting, "starting"],
  ["one that was going down then is not", { ...starting, active: "deactivating" }, starting, "starting"],
  ["what nothing wants may take its time", dead, { ...starting, wanted: false }, "none"],
  ["what goes down and did not run is no trouble", dead, { ...starting, active: "deactivating" }, "none"],
  ["what does not run and did not is none", dead, dead, "none"],
  ["what runs is none, whatever it was", dead, ok, "none"],
  ["a job at work is mentioned", dead, { ...starting, type: "oneshot" }, "mentioned: note"],
  ["what ran and was ended by a signal is gone", ok, { ...dead, result: "signal" }, "gone"],
  ["what ran and ended well by itself has done its work", ok, dead, "mentioned: degraded"],
  [
    "what nothing wanted before is not missed",
    { ...ok, wanted: false },
    { ...dead, result: "signal" },
    "none",
  ],
  ["nor what nothing wants now", ok, { ...dead, wanted: false, result: "signal" }, "none"],
  ["nor what the new system does not have", ok, { ...dead, load: "not-found", result: "signal" }, "none"],
  ["nor what it masks", ok, { ...dead, load: "masked", result: "signal" }, "none"],
] as const) {
  test(`a unit after a switch: ${sentence}`, () => {
    assert.equal(troubleOf(before, after), expected);
  });
}

test("what the switch touched, and ended, is gone however well it ended", () => {
  assert.equal(troubleOf(ok, dead, true), "gone");
});

test("a unit is under way while it comes up or goes down, and not between two restarts", () => {
  const underWay = ([active, sub]: readonly [string, string]) => isUnderWay({ ...ok, active, sub });
  assert.deepEqual(
    (
      [
        ["activating", "start"],
        ["deactivating", "stop"],
        ["activating", "auto-restart"],
        ["activating", "auto-restart-queued"],
        ["active", "running"],
      ] as const
    ).map(underWay),
    [true, true, false, false, false],
  );
});
