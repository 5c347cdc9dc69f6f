import assert from "node:assert/strict";
import { test } from "node:test";
import type { HealthSnapshot, UnitState } from "../../../src/deploy/health-snapshot.ts";
import { touchedUnits, unitsInLine } from "../../../src/health/touched.ts";
import { judge, unitsUnderWay, withoutIgnored } from "../../../src/health/verdict.ts";

const ok: UnitState = {
  active: "active",
  sub: "running",
  restarts: 0,
  isSteady: true,
  invocation: "1",
  load: "loaded",
  result: "success",
  wanted: true,
  type: "notify",
};
const anew = { ...ok, invocation: "2" };
const failed = { ...ok, active: "failed", sub: "failed", result: "exit-code" };
const starting = { ...anew, active: "activating", sub: "start" };
const flapping = { ...anew, active: "activating", sub: "auto-restart", restarts: 4, isSteady: false };
const dead = { ...ok, active: "inactive", sub: "dead", result: "signal" };
const snapshot = (units: Readonly<Record<string, UnitState>>, more: Partial<HealthSnapshot> = {}) => ({
  system: "running",
  units,
  ...more,
});

interface Shown {
  readonly before?: Readonly<Record<string, UnitState>>;
  readonly after: Readonly<Record<string, UnitState>>;
  readonly touched?: readonly string[];
  readonly critical?: readonly string[];
  readonly ignored?: readonly string[];
  readonly more?: Partial<HealthSnapshot>;
}
function verdictOf({ before = {}, after, touched = [], critical = [], ignored = [], more = {} }: Shown) {
  const seen = snapshot(after, more);
  return judge({
    ...{ before: snapshot(before), middle: seen, after: seen, critical, ignored },
    touched: new Set(touched),
    checks: [],
  });
}

const ends = (verdict: ReturnType<typeof judge>) =>
  verdict.isHealthy ? (verdict.isDegraded ? "degraded" : "well") : "rolls back";

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

test("what depends on a touched unit over others is reached; over a target it is not", () => {
  const needs = (...units: string[]) => ({ ...ok, needs: units });
  const before = {
    "a.service": ok,
    "b.service": needs("a.service"),
    "c.service": needs("b.service"),
    "d.service": ok,
  };
  const broken = (name: string, touched: string[]) =>
    verdictOf({
      before,
      after: { ...before, [name]: { ...failed, ...before[name as "b.service"], active: "failed" } },
      touched,
    });
  assert.equal(broken("c.service", ["a.service"]).isHealthy, false);
  assert.equal(broken("d.service", ["a.service"]).isHealthy, true);
  assert.equal(broken("c.service", ["multi-user.target"]).isHealthy, true);
});

test("units that need each other in a circle are reached, and the look ends", () => {
  const before = {
    "a.service": { ...ok, needs: ["b.service"] },
    "b.service": { ...ok, needs: ["a.service", "c.service"] },
  };
  assert.equal(
    verdictOf({ before, after: { ...before, "a.service": failed }, touched: ["c.service"] }).isHealthy,
    false,
  );
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

test("failed units of logged-in people are told, and roll nothing back", () => {
  const verdict = verdictOf({ after: {}, more: { users: { mira: ["sync.service"] } } });
  assert.deepEqual([ends(verdict), verdict.notes], ["well", ["sync.service of mira failed"]]);
});

test("touched is what was announced, what the activation said, and what runs under another invocation", () => {
  const before = snapshot({ "a.service": ok, "b.service": ok, "timed.service": { ...dead, wanted: false } });
  const first = snapshot({
    "a.service": ok,
    "b.service": anew,
    "timed.service": { ...anew, wanted: false },
    "crashed.service": { ...anew, restarts: 1 },
    "new.service": anew,
    "multi-user.target": anew,
  });
  const planned = { stop: ["gone.service"], skip: ["skipped.service"], restart: [], start: [], reload: [] };
  const lines = [
    "reloading the following units: dbus.service, x.mount",
    "the following new units were started: y.service",
    "so: starting the following units: no.service",
  ];
  assert.deepEqual([...touchedUnits(planned, lines, before, first)].sort(), [
    "b.service",
    "dbus.service",
    "gone.service",
    "new.service",
    "x.mount",
    "y.service",
  ]);
  assert.deepEqual(unitsInLine("NOT restarting the following changed units: a.service"), []);
});

test("a new unit that the switch touched is waited for, and a job is not", () => {
  const before = snapshot({});
  const touched = new Set(["a.service", "job.service"]);
  const after = snapshot({
    "a.service": starting,
    "job.service": { ...starting, type: "oneshot" },
    "b.service": starting,
  });
  assert.deepEqual(unitsUnderWay(before, after, touched), ["a.service"]);
});

test("a unit that is still starting, and that the switch did not reach, is mentioned; a critical one is more", () => {
  const seen = (critical: string[]) =>
    verdictOf({ after: { "a.service": starting }, touched: ["b.service"], critical });
  assert.deepEqual([ends(seen([])), seen([]).notes], ["well", ["a.service is still starting"]]);
  assert.equal(ends(seen(["a.service"])), "degraded");
  assert.ok(seen(["a.service"]).notes.includes("a.service is still starting"));
});

test("a person's unit that had failed before is told of as such, and no other one is", () => {
  const failedOf = (users: Record<string, string[]>) => snapshot({}, { users });
  const judged = (before: HealthSnapshot) => {
    const seen = failedOf({ mira: ["sync.service", "mail.service"], constructor: ["x.service"] });
    const how = { before, middle: seen, after: seen, critical: [], touched: new Set<string>(), checks: [] };
    return judge(how).notes;
  };
  assert.deepEqual(judged(failedOf({ mira: ["sync.service"] })), [
    "sync.service of mira failed, as it had before",
    "mail.service of mira failed",
    "x.service of constructor failed",
  ]);
  assert.equal(judged(snapshot({}))[0], "sync.service of mira failed");
});

test("a person whose units could not be asked for is told of, and nothing is judged by it", () => {
  const seen = snapshot({}, { unasked: { mira: "the host has no setpriv (util-linux)" } });
  const how = {
    before: seen,
    middle: seen,
    after: seen,
    critical: [],
    touched: new Set<string>(),
    checks: [],
  };
  const { isHealthy, isDegraded, notes } = judge(how);
  assert.deepEqual(
    { isHealthy, isDegraded, notes },
    {
      isHealthy: true,
      isDegraded: false,
      notes: ["the user units of mira were not looked at: the host has no setpriv (util-linux)"],
    },
  );
});

test("units that fleet.yaml ignores need not run again", () => {
  assert.deepEqual(withoutIgnored(["a.service", "b.service", "c.timer"], ["a.*", "*.timer"]), ["b.service"]);
});
