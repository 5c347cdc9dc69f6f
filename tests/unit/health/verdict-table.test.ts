import assert from "node:assert/strict";
import { test } from "node:test";
import type { UnitState } from "../../../src/deploy/health-snapshot.ts";
import { withoutIgnored } from "../../../src/health/verdict.ts";
import { anew, dead, ends, failed, flapping, ok, starting, verdictOf } from "./judged.ts";

/** The unit, what it was, and how each reach ends: touched, depends, untouched; then the same where it is critical. */
const rows: readonly (readonly [what: string, was: UnitState | undefined, is: UnitState, ends: string[]])[] =
  [
    [
      "failed",
      ok,
      failed,
      ["rolls back", "rolls back", "degraded", "rolls back", "rolls back", "rolls back"],
    ],
    [
      "failed, new",
      undefined,
      failed,
      ["rolls back", "rolls back", "degraded", "rolls back", "rolls back", "rolls back"],
    ],
    [
      "flapping",
      ok,
      flapping,
      ["rolls back", "rolls back", "degraded", "rolls back", "rolls back", "rolls back"],
    ],
    [
      "starting",
      undefined,
      starting,
      ["degraded", "degraded", "well", "rolls back", "rolls back", "degraded"],
    ],
    ["gone", ok, dead, ["rolls back", "rolls back", "degraded", "rolls back", "rolls back", "rolls back"]],
    [
      "no more up",
      ok,
      starting,
      ["rolls back", "rolls back", "degraded", "rolls back", "rolls back", "rolls back"],
    ],
  ];

for (const [what, was, is, expected] of rows) {
  test(`a unit that is ${what} ends a switch as the table says, by how the switch reaches it`, () => {
    const seen = [[], ["a.service"]].flatMap((critical) =>
      ["touched", "depends", "untouched"].map((reach) => {
        const needs = reach === "depends" ? { needs: ["b.service"] } : {};
        return ends(
          verdictOf({
            before: { "z.service": ok, "b.service": ok, ...(was === undefined ? {} : { "a.service": was }) },
            after: { "z.service": ok, "b.service": anew, "a.service": { ...is, ...needs } },
            touched: reach === "touched" ? ["a.service"] : ["b.service"],
            critical,
          }),
        );
      }),
    );
    assert.deepEqual(seen, expected);
  });
}

test("an untouched oneshot that fails by its timer is named, and keeps the system", () => {
  const oneshot = { ...ok, active: "inactive", sub: "dead", type: "oneshot", wanted: false };
  const verdict = verdictOf({
    before: { "backup.service": oneshot, "web.service": ok },
    after: {
      "backup.service": { ...failed, type: "oneshot", wanted: false, invocation: "7" },
      "web.service": anew,
    },
    touched: ["web.service"],
  });
  assert.deepEqual([verdict.isHealthy, verdict.notes], [true, ["backup.service failed (exit-code)"]]);
});

test("a state of a newer systemd counts as running, or is told; none counts as failed in silence", () => {
  const after = (active: string) =>
    verdictOf({
      before: { "a.service": ok },
      after: { "a.service": { ...ok, active } },
      touched: ["a.service"],
      critical: ["a.service"],
    });
  assert.equal(ends(after("refreshing")), "well");
  assert.equal(ends(after("reloading")), "well");
  assert.equal(ends(after("maintenance")), "rolls back");
  const odd = verdictOf({
    before: { "a.service": ok },
    after: { "a.service": { ...ok, active: "hibernating" } },
    touched: ["a.service"],
  });
  assert.equal(ends(odd), "degraded");
  assert.match(
    odd.notes[0] ?? "",
    /a.service is in the state "hibernating", which this version does not know/,
  );
});

test("a job that is still at work is mentioned, and is no trouble", () => {
  const verdict = verdictOf({
    after: { "job.service": { ...starting, type: "oneshot" } },
    touched: ["job.service"],
  });
  assert.deepEqual([ends(verdict), verdict.notes], ["well", ["job.service is still at work"]]);
});

test("a unit that fleet.yaml ignores is mentioned, and changes no end", () => {
  const verdict = verdictOf({
    before: { "backup-a.service": ok },
    after: { "backup-a.service": failed },
    touched: ["backup-a.service"],
    ignored: ["backup-?.service"],
  });
  assert.deepEqual(
    [ends(verdict), verdict.notes],
    ["well", ["backup-a.service failed (exit-code); fleet.yaml says to ignore it"]],
  );
  assert.equal(
    ends(
      verdictOf({
        before: { "backup.service": ok },
        after: { "backup.service": failed },
        touched: ["backup.service"],
        ignored: ["backup-*", "b?ckup"],
      }),
    ),
    "rolls back",
  );
});

test("restarts count from the switch: a reset to 0 in it hides none, and a restart of before is none", () => {
  const flappy = { ...ok, restarts: 4 };
  const after = (unit: UnitState, count: number) =>
    verdictOf({
      before: { "a.service": flappy },
      after: { "a.service": unit },
      touched: ["a.service"],
      more: count === 0 ? {} : { restarts: { "a.service": { count, exit: "exited with 1" } } },
    });
  assert.match(after({ ...anew, restarts: 5 }, 0).problems[0] ?? "", /keeps restarting \(5 times\)/);
  assert.match(
    after({ ...anew, restarts: 0 }, 3).problems[0] ?? "",
    /keeps restarting \(3 times, exited with 1\)/,
  );
  assert.equal(
    ends(after({ ...flappy, restarts: 0 }, 0)),
    "well",
    "the same invocation was never started again",
  );
});

test("units that fleet.yaml ignores need not run again", () => {
  assert.deepEqual(withoutIgnored(["a.service", "b.service", "c.timer"], ["a.*", "*.timer"]), ["b.service"]);
});
