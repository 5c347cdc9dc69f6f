import type { HealthSnapshot, UnitState } from "../deploy/health-snapshot.ts";
import { lastExit, restartsSince } from "./restarts.ts";
import type { Effect, TroubleKind } from "./verdict-table.ts";

/** What is wrong with one unit after a switch; `effect` where the table does not decide. */
export type Trouble =
  | { readonly kind: TroubleKind; readonly text: string; readonly isOld: boolean }
  | { readonly kind: "mentioned"; readonly text: string; readonly effect: Effect };

export interface Looks {
  readonly before: HealthSnapshot;
  readonly middle: HealthSnapshot;
  readonly after: HealthSnapshot;
}

/** systemd's ActiveStates in which a unit does its work. */
const runningStates: ReadonlySet<string> = new Set(["active", "reloading", "refreshing"]);
const otherStates: ReadonlySet<string> = new Set([
  "inactive",
  "failed",
  "activating",
  "deactivating",
  "maintenance",
]);

export function isRunning(unit: UnitState | undefined): boolean {
  return unit !== undefined && runningStates.has(unit.active);
}

export function isUnderWay(unit: UnitState): boolean {
  return (
    (unit.active === "activating" && !unit.sub.startsWith("auto-restart")) || unit.active === "deactivating"
  );
}

export function unitTrouble(name: string, looks: Looks, isTouched: boolean): Trouble | null {
  const before = Object.hasOwn(looks.before.units, name) ? looks.before.units[name] : undefined;
  const after = looks.after.units[name];
  if (after === undefined) {
    return null;
  }
  if (after.active === "failed") {
    return {
      kind: "failed",
      text: `${name} failed (${after.result})`,
      isOld: before?.active === "failed",
    };
  }
  const flapping = flappingOf(name, before, looks);
  if (flapping !== null) {
    return flapping;
  }
  if (!isRunning(after) && !otherStates.has(after.active)) {
    const text = `${name} is in the state ${JSON.stringify(after.active)}, which this version does not know`;
    return { kind: "odd", text, isOld: before?.active === after.active };
  }
  if (isRunning(before)) {
    return goneOf(name, before, after, isTouched);
  }
  if (!isUnderWay(after) || !after.wanted || after.active !== "activating") {
    return null;
  }
  // A job that runs for hours is a oneshot "activating" for hours.
  return after.type === "oneshot"
    ? { kind: "mentioned", text: `${name} is still at work`, effect: "note" }
    : {
        kind: "starting",
        text: `${name} is still starting`,
        isOld: before?.active === "activating" && before.invocation === after.invocation,
      };
}

function flappingOf(name: string, before: UnitState | undefined, looks: Looks): Trouble | null {
  const after = looks.after.units[name];
  const restarts = restartsSince(name, before, looks.after);
  const waits = after?.sub.startsWith("auto-restart") === true;
  if (waits || restarts >= 2 || restarts > restartsSince(name, before, looks.middle)) {
    const exit = lastExit(name, looks.after);
    const times = `${restarts} ${restarts === 1 ? "time" : "times"}`;
    return {
      kind: "flapping",
      text: `${name} keeps restarting (${times}${exit === "" ? "" : `, ${exit}`})`,
      isOld: wasFlapping(before),
    };
  }
  return restarts > 0
    ? {
        kind: "mentioned",
        text: `${name} was restarted once by systemd, and runs since`,
        effect: "degraded",
      }
    : null;
}

/** What the new system wants no more, or masks, may go. */
function goneOf(
  name: string,
  before: UnitState | undefined,
  after: UnitState,
  isTouched: boolean,
): Trouble | null {
  const isRemoved = after.load === "not-found" || after.load === "masked";
  if (before?.wanted !== true || !after.wanted || isRemoved || isRunning(after)) {
    return null;
  }
  const text = `${name} was ${before.active} and is ${after.active}`;
  // What ended well by itself, and was not the switch's doing, has done its work.
  return after.active === "inactive" && after.result === "success" && !isTouched
    ? { kind: "mentioned", text, effect: "degraded" }
    : { kind: "gone", text, isOld: false };
}

/** Only restarts excuse restarts; a unit that fails for good now is new trouble. */
function wasFlapping(before: UnitState | undefined): boolean {
  return (
    before !== undefined &&
    (before.sub.startsWith("auto-restart") || !before.isSteady || before.active === "failed")
  );
}
