import { isIgnored } from "../config/ignored-units.ts";
import type { HealthSnapshot } from "../deploy/health-snapshot.ts";
import { reachOf } from "./touched.ts";
import { isRunning, isUnderWay, unitTrouble } from "./unit-trouble.ts";
import { type Effect, oldTrouble, verdictTable } from "./verdict-table.ts";

export interface Verdict {
  readonly isHealthy: boolean;
  /** What the switch made worse; any of them rolls back. */
  readonly problems: readonly string[];
  /** What was wrong before and still is, what the switch did not do, and what is odd but no fault. */
  readonly notes: readonly string[];
  /** One of the notes is more than a remark: not all is well there. */
  readonly isDegraded: boolean;
  /** False where the host could not be read, or does not run what was to be judged. */
  readonly wasJudged?: boolean;
}

/** What was seen of a host around a switch. */
export interface Seen {
  /** The baseline, taken before anything was touched. */
  readonly before: HealthSnapshot;
  /** In the middle of the settle time. */
  readonly middle: HealthSnapshot;
  /** At its end. */
  readonly after: HealthSnapshot;
  /** The units that the switch stopped, started, restarted or reloaded. */
  readonly touched: ReadonlySet<string>;
  readonly critical: readonly string[];
  readonly checks: readonly CheckResult[];
  /** Globs of units that fleet.yaml says to ignore. */
  readonly ignored?: readonly string[];
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

/** Compares what runs after the settle time with the baseline, by {@link verdictTable}. */
export function judge({ before, middle, after, touched, critical, checks, ignored = [] }: Seen): Verdict {
  const found = new Map<string, Effect>();
  const say = (text: string, effect: Effect) => found.set(text, effect);
  const reach = reachOf(touched, before, after);
  const isCritical = new Set(critical);
  for (const name of Object.keys(after.units)) {
    const trouble = unitTrouble(name, { before, middle, after }, touched.has(name));
    if (trouble === null) {
      continue;
    }
    if (isIgnored(name, ignored)) {
      say(`${trouble.text}; fleet.yaml says to ignore it`, "note");
    } else if (trouble.kind === "mentioned") {
      say(trouble.text, trouble.effect);
    } else if (trouble.isOld) {
      say(trouble.text, oldTrouble);
    } else {
      const cell = verdictTable[reach(name)][trouble.kind];
      say(trouble.text, isCritical.has(name) ? cell.critical : cell.ordinary);
    }
  }
  for (const name of isCritical) {
    const unit = after.units[name];
    if (!isRunning(unit)) {
      const isNew = isRunning(before.units[name]) || reach(name) !== "untouched";
      say(`${name} is critical and ${unit?.active ?? "not loaded"}`, isNew ? "rolls-back" : oldTrouble);
    }
  }
  for (const check of checks) {
    if (check.failure !== null) {
      say(`check ${check.name}: ${check.failure}`, "rolls-back");
    }
  }
  // Alone it says neither what failed nor whose doing it is.
  if (found.size === 0 && systemRank(after.system) > systemRank(before.system)) {
    say(`the system is ${after.system || "in no known state"}; it was ${before.system}`, "degraded");
  }
  for (const text of userTrouble(before, after)) {
    say(text, "note");
  }
  const having = (...effects: readonly Effect[]) =>
    [...found].filter(([, effect]) => effects.includes(effect)).map(([text]) => text);
  const problems = having("rolls-back");
  return {
    isHealthy: problems.length === 0,
    problems,
    notes: having("degraded", "note"),
    isDegraded: having("degraded").length > 0,
  };
}

/** The switch program does not look at how the part for logged-in people ended. */
function userTrouble(before: HealthSnapshot, after: HealthSnapshot): string[] {
  const failed = Object.entries(after.users ?? {}).flatMap(([user, units]) =>
    units.map((unit) => {
      const was = Object.hasOwn(before.users ?? {}, user) && before.users?.[user]?.includes(unit) === true;
      return `${unit} of ${user} failed${was ? ", as it had before" : ""}`;
    }),
  );
  const unasked = Object.entries(after.unasked ?? {}).map(
    ([user, why]) => `the user units of ${user} were not looked at: ${why}`,
  );
  return [...failed, ...unasked];
}

/** Units that are still on their way: worth waiting for a little before judging. */
export function unitsUnderWay(
  before: HealthSnapshot,
  after: HealthSnapshot,
  touched: ReadonlySet<string> = new Set(),
): string[] {
  return Object.entries(after.units)
    .filter(
      ([name, unit]) =>
        isUnderWay(unit) &&
        unit.wanted &&
        (before.units[name]?.active === "active" || (touched.has(name) && unit.type !== "oneshot")),
    )
    .map(([name]) => name);
}

/** Units that the fleet's file says to ignore are left out of what has to run again, too. */
export function withoutIgnored(units: readonly string[], globs: readonly string[]): string[] {
  return units.filter((name) => !isIgnored(name, globs));
}
