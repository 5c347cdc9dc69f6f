import type { HealthSnapshot, UnitState } from "../deploy/deployment.ts";

export interface Verdict {
  readonly isHealthy: boolean;
  /** What the switch made worse; any of them rolls back. */
  readonly problems: readonly string[];
  /** What was wrong before and still is: shown, and no reason to roll back. */
  readonly oldTrouble: readonly string[];
}

export interface CheckResult {
  readonly name: string;
  /** Null when it passed; otherwise why not. */
  readonly failure: string | null;
}

/** From well to worst. `starting` is a system on its way, not a worse one. */
const systemStates = [
  "running",
  "starting",
  "initializing",
  "degraded",
  "maintenance",
  "stopping",
  "offline",
  "unknown",
];

function systemRank(state: string): number {
  const rank = systemStates.indexOf(state);
  return rank < 0 ? systemStates.length : Math.max(rank, 2);
}

/** Compares what runs after the settle time with the baseline that was taken before anything was touched. */
export function judge(
  before: HealthSnapshot,
  after: HealthSnapshot,
  critical: readonly string[],
  checks: readonly CheckResult[],
): Verdict {
  const problems: string[] = [];
  const oldTrouble: string[] = [];
  for (const [name, unit] of Object.entries(after.units)) {
    const old = before.units[name];
    const trouble = unitTrouble(name, old, unit);
    if (trouble !== null) {
      (isTroubled(old) ? oldTrouble : problems).push(trouble);
    }
  }
  for (const name of critical) {
    const state = after.units[name]?.active ?? "not loaded";
    if (state !== "active") {
      problems.push(`${name} is critical and ${state}`);
    }
  }
  for (const check of checks) {
    if (check.failure !== null) {
      problems.push(`check ${check.name}: ${check.failure}`);
    }
  }
  if (problems.length === 0 && systemRank(after.system) > systemRank(before.system)) {
    problems.push(`the system is ${after.system}; it was ${before.system}`);
  }
  return { isHealthy: problems.length === 0, problems: [...new Set(problems)], oldTrouble };
}

/** What is wrong with a unit now, new or old; null when nothing is. */
function unitTrouble(name: string, old: UnitState | undefined, unit: UnitState): string | null {
  if (unit.active === "failed") {
    return `${name} failed (${unit.result})`;
  }
  if (unit.sub === "auto-restart" || unit.sub === "auto-restart-queued") {
    return `${name} keeps restarting (${unit.restarts} times, ${unit.result})`;
  }
  if (hasRestartedByItself(old, unit)) {
    return `${name} was restarted ${unit.restarts} times by systemd`;
  }
  const isGone = unit.load === "not-found" || unit.load === "masked";
  if (old?.active === "active" && old.wanted && unit.active === "inactive" && !isGone && unit.wanted) {
    return `${name} was active and is not any more`;
  }
  return null;
}

/**
 * NRestarts counts from the last start by hand; a switch that restarts the unit sets it back to 0 and gives
 * a new InvocationID. So a count that grew, or that stands under a new invocation, was made since.
 */
function hasRestartedByItself(old: UnitState | undefined, unit: UnitState): boolean {
  if (unit.restarts === 0) {
    return false;
  }
  return old === undefined || unit.restarts !== old.restarts || unit.invocation !== old.invocation;
}

function isTroubled(unit: UnitState | undefined): boolean {
  return (
    unit !== undefined && (unit.active === "failed" || unit.sub.startsWith("auto-restart") || !unit.isSteady)
  );
}
