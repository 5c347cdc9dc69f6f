import type { HealthSnapshot, UnitState } from "../deploy/deployment.ts";

export interface Verdict {
  readonly isHealthy: boolean;
  /** What the switch made worse; any of them rolls back. */
  readonly problems: readonly string[];
  /** What was wrong before and still is, and what is odd but no fault: shown, and no reason to roll back. */
  readonly notes: readonly string[];
}

/** What was seen of a host around a switch. */
export interface Seen {
  /** The baseline, taken before anything was touched. */
  readonly before: HealthSnapshot;
  /** In the middle of the settle time. */
  readonly middle: HealthSnapshot;
  /** At its end. */
  readonly after: HealthSnapshot;
  /** The units that the switch was to stop, start or restart. */
  readonly touched: ReadonlySet<string>;
  readonly critical: readonly string[];
  readonly checks: readonly CheckResult[];
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

/** Compares what runs after the settle time with the baseline. */
export function judge({ before, middle, after, touched, critical, checks }: Seen): Verdict {
  const problems: string[] = [];
  const notes: string[] = [];
  for (const [name, unit] of Object.entries(after.units)) {
    const trouble = unitTrouble(name, {
      before: before.units[name],
      middle: middle.units[name],
      after: unit,
      isTouched: touched.has(name),
    });
    if (trouble !== null) {
      (trouble.isFault ? problems : notes).push(trouble.text);
    }
  }
  for (const name of critical) {
    const state = after.units[name]?.active ?? "not loaded";
    const was = before.units[name]?.active ?? "not loaded";
    if (state !== "active") {
      (was === "active" || touched.has(name) ? problems : notes).push(`${name} is critical and ${state}`);
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
  return { isHealthy: problems.length === 0, problems: [...new Set(problems)], notes: [...new Set(notes)] };
}

/** Units that are still on their way: worth waiting for a little before judging. */
export function unitsUnderWay(before: HealthSnapshot, after: HealthSnapshot): string[] {
  return Object.entries(after.units)
    .filter(([name, unit]) => isUnderWay(unit) && unit.wanted && before.units[name]?.active === "active")
    .map(([name]) => name);
}

function isUnderWay(unit: UnitState): boolean {
  return (
    (unit.active === "activating" && !unit.sub.startsWith("auto-restart")) || unit.active === "deactivating"
  );
}

interface UnitHistory {
  readonly before: UnitState | undefined;
  readonly middle: UnitState | undefined;
  readonly after: UnitState;
  readonly isTouched: boolean;
}

interface Trouble {
  readonly text: string;
  /** The switch is to blame, as far as can be told. */
  readonly isFault: boolean;
}

function unitTrouble(name: string, { before, middle, after, isTouched }: UnitHistory): Trouble | null {
  if (after.active === "failed") {
    return { text: `${name} failed (${after.result})`, isFault: before?.active !== "failed" };
  }
  const restarts = restartsSince(before, after);
  const isFlapping =
    after.sub.startsWith("auto-restart") ||
    restarts >= 2 ||
    (restarts > 0 && after.restarts > (middle?.restarts ?? 0));
  if (isFlapping) {
    return {
      text: `${name} keeps restarting (${after.restarts} times, ${after.result})`,
      isFault: !wasFlapping(before),
    };
  }
  if (restarts > 0) {
    return { text: `${name} was restarted once by systemd, and runs since`, isFault: false };
  }
  const isGone = after.load === "not-found" || after.load === "masked";
  if (
    before?.active !== "active" ||
    !before.wanted ||
    !after.wanted ||
    isGone ||
    after.active === "active" ||
    after.active === "reloading"
  ) {
    return null;
  }
  // What ended well by itself, and was not the switch's doing, has done its work.
  const hasEndedWell = after.active === "inactive" && after.result === "success" && !isTouched;
  return { text: `${name} was active and is ${after.active}`, isFault: !hasEndedWell };
}

/**
 * NRestarts counts from the last start by hand; a switch that restarts the unit sets it back to 0 and gives
 * a new InvocationID. So a count that grew, or that stands under a new invocation, was made since.
 */
function restartsSince(before: UnitState | undefined, after: UnitState): number {
  if (before === undefined || after.restarts < before.restarts) {
    return after.restarts;
  }
  if (after.restarts > before.restarts) {
    return after.restarts - before.restarts;
  }
  return after.invocation === before.invocation ? 0 : after.restarts;
}

/** Only restarts excuse restarts; a unit that fails for good now is new trouble. */
function wasFlapping(before: UnitState | undefined): boolean {
  return (
    before !== undefined &&
    (before.sub.startsWith("auto-restart") || !before.isSteady || before.active === "failed")
  );
}
