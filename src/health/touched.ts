import type { UnitChanges } from "../deploy/deployment.ts";
import type { HealthSnapshot, UnitState } from "../deploy/health-snapshot.ts";
import type { Reach } from "./verdict-table.ts";

/** What switch-to-configuration says while it acts, by its two programs of that name in nixpkgs. */
const said =
  /^(?:stopping|reloading|restarting|starting) the following units: (.*)$|^the following new units were started: (.*)$/;

/** The units in one line of a switch's own log; none where the line is another one. */
export function unitsInLine(line: string): string[] {
  const [, acted = "", started = ""] = said.exec(line) ?? [];
  return `${acted}${started}`.split(", ").flatMap((unit) => unit.trim() || []);
}

/** Asks for the lines of an activation that {@link unitsInLine} reads. */
export function actedLinesArgv(id: string): string[] {
  const pattern =
    "^((stopping|reloading|restarting|starting) the following units|the following new units were started): ";
  const script = 'cd "/run/switchyard/$1" && cat log* | grep -a -E "$2" | tail -n 40 | cut -c 1-20000';
  return ["sh", "-c", script, "acted", id, pattern];
}

/**
 * What the switch touched: what dry-activate announced, what the activation said, and every unit that runs under another
 * InvocationID since. One that only a timer, socket or path starts may have been started by that just then, and one that
 * systemd restarted by itself has a new InvocationID as well: these count only where they were named.
 */
export function touchedUnits(
  planned: UnitChanges | null,
  lines: readonly string[],
  before: HealthSnapshot,
  first: HealthSnapshot,
): Set<string> {
  const named =
    planned === null ? [] : [...planned.restart, ...planned.start, ...planned.stop, ...planned.reload];
  const begun = Object.entries(first.units).flatMap(([name, unit]) =>
    isStartedSince(before.units[name], unit) && !name.endsWith(".target") ? [name] : [],
  );
  return new Set([...named, ...lines.flatMap(unitsInLine), ...begun]);
}

function isStartedSince(before: UnitState | undefined, now: UnitState): boolean {
  return (
    now.invocation !== "" &&
    now.invocation !== before?.invocation &&
    now.restarts === 0 &&
    now.wanted === true
  );
}

/** How far the switch reaches each unit: what needs a touched one, directly or over others, depends on it. */
export function reachOf(
  touched: ReadonlySet<string>,
  ...snapshots: readonly HealthSnapshot[]
): (unit: string) => Reach {
  const reached = new Set([...touched].filter((unit) => !unit.endsWith(".target")));
  const needs = snapshots.flatMap(({ units }) =>
    Object.entries(units).flatMap(([name, unit]) => (unit.needs ?? []).map((need) => [name, need] as const)),
  );
  for (let size = -1; size !== reached.size; ) {
    size = reached.size;
    for (const [name, need] of needs) {
      if (reached.has(need)) {
        reached.add(name);
      }
    }
  }
  return (unit) => (touched.has(unit) ? "touched" : reached.has(unit) ? "depends" : "untouched");
}
