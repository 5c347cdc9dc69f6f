import type { HealthSnapshot, UnitState } from "../../../src/deploy/health-snapshot.ts";
import { judge } from "../../../src/health/verdict.ts";

export const ok: UnitState = {
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
export const anew = { ...ok, invocation: "2" };
export const failed = { ...ok, active: "failed", sub: "failed", result: "exit-code" };
export const starting = { ...anew, active: "activating", sub: "start" };
export const flapping = { ...anew, active: "activating", sub: "auto-restart", restarts: 4, isSteady: false };
export const dead = { ...ok, active: "inactive", sub: "dead", result: "signal" };
export const snapshot = (units: Readonly<Record<string, UnitState>>, more: Partial<HealthSnapshot> = {}) => ({
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
export function verdictOf({
  before = {},
  after,
  touched = [],
  critical = [],
  ignored = [],
  more = {},
}: Shown) {
  const seen = snapshot(after, more);
  return judge({
    ...{ before: snapshot(before), middle: seen, after: seen, critical, ignored },
    touched: new Set(touched),
    checks: [],
  });
}

export const ends = (verdict: ReturnType<typeof judge>) =>
  verdict.isHealthy ? (verdict.isDegraded ? "degraded" : "well") : "rolls back";
