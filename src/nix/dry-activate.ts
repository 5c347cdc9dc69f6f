import type { UnitChanges } from "../deploy/deployment.ts";

const prefixes: readonly (readonly [string, keyof UnitChanges])[] = [
  ["would stop the following units: ", "stop"],
  ["would NOT stop the following changed units: ", "skip"],
  ["would restart the following units: ", "restart"],
  ["would start the following units: ", "start"],
  ["would reload the following units: ", "reload"],
];

/**
 * Reads what `switch-to-configuration dry-activate` prints on stderr. A unit that would be stopped and
 * started is one that restarts, only in two steps (NixOS manual, "Unit handling").
 */
export function readDryActivate(stderr: string): UnitChanges {
  const found: UnitChanges = { stop: [], skip: [], restart: [], start: [], reload: [] };
  for (const line of stderr.split("\n")) {
    for (const [prefix, kind] of prefixes) {
      if (line.startsWith(prefix)) {
        found[kind].push(
          ...line
            .slice(prefix.length)
            .split(", ")
            .map((unit) => unit.trim())
            .filter(Boolean),
        );
      }
    }
  }
  const started = new Set(found.start);
  const both = new Set(found.stop.filter((unit) => started.has(unit)));
  return {
    ...found,
    stop: found.stop.filter((unit) => !both.has(unit)),
    start: found.start.filter((unit) => !both.has(unit)),
    restart: [...new Set([...found.restart, ...both])].sort(),
  };
}
