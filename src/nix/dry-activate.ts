import type { UnitChanges } from "../deploy/deployment.ts";

type ListedChange = Exclude<keyof UnitChanges, "others">;

/** Of what else it would do, so many lines, and so much of each. */
const mostOthers = 20;
const longestOther = 300;

const prefixes: readonly (readonly [string, ListedChange])[] = [
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
  const found = { stop: [], skip: [], restart: [], start: [], reload: [] } as Record<ListedChange, string[]>;
  const others: string[] = [];
  for (const line of stderr.split("\n")) {
    if (isOther(line)) {
      others.push(line.trim().slice(0, longestOther));
    }
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
    ...(others.length === 0 ? {} : { others: shortened(others) }),
  };
}

/** Such as `would restart systemd` and `would stop swap device: …`, and what activation scripts say that they would do. */
function isOther(line: string): boolean {
  return (
    line.startsWith("would ") &&
    line.trim() !== "would activate the configuration..." &&
    !prefixes.some(([prefix]) => line.startsWith(prefix))
  );
}

function shortened(lines: readonly string[]): string[] {
  const left = lines.length - mostOthers;
  return left <= 0 ? [...lines] : [...lines.slice(0, mostOthers), `and ${left} more`];
}
