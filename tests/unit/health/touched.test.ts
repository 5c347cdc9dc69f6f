import assert from "node:assert/strict";
import { test } from "node:test";
import { touchedUnits, unitsInLine } from "../../../src/health/touched.ts";
import { unitsUnderWay } from "../../../src/health/verdict.ts";
import { anew, dead, ends, failed, ok, snapshot, starting, verdictOf } from "./judged.ts";

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
