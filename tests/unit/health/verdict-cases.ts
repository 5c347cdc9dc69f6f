import assert from "node:assert/strict";
import { test } from "node:test";
import type { HealthSnapshot, UnitState } from "../../../src/deploy/health-snapshot.ts";
import { type CheckResult, judge } from "../../../src/health/verdict.ts";

export const ok: UnitState = {
  active: "active",
  sub: "running",
  restarts: 0,
  isSteady: true,
  invocation: "1",
  load: "loaded",
  result: "success",
  wanted: true,
};
export const anew = { ...ok, invocation: "2" };
export const failed = { ...ok, active: "failed", sub: "failed", result: "exit-code" };
export const waiting = { ...ok, active: "activating", sub: "auto-restart", result: "exit-code" };
export const flapping = { ...waiting, invocation: "9", restarts: 3, isSteady: false };
export const stopped = { ...ok, active: "inactive", sub: "dead" };

export interface Case {
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

export function snapshot(system: string, unit: UnitState | undefined): HealthSnapshot {
  return { system, units: unit === undefined ? {} : { "a.service": unit } };
}

function matchAll(lines: readonly string[], patterns: readonly RegExp[]): void {
  assert.equal(lines.length, patterns.length, lines.join("; "));
  for (const [index, pattern] of patterns.entries()) {
    assert.match(lines[index] ?? "", pattern);
  }
}

/** A test of each case. */
export function testVerdicts(cases: readonly Case[]): void {
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
}
