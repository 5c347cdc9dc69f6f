import type { FleetFile } from "./fleet-file.ts";
import type { Mistake } from "./fleet-mistakes.ts";
import { roleMistakes } from "./fleet-roles.ts";
import { isIgnored } from "./ignored-units.ts";

const second = 1000;
const minute = 60 * second;

/** Settings that are well each by itself, and do not go together. */
export function conflictsIn(file: FleetFile): Mistake[] {
  return [
    ...commitConflicts(file),
    ...localConflicts(file),
    ...ignoredConflicts(file),
    ...roleMistakes(file),
  ];
}

/** The host waits `commitWithin` for the bot, which needs that time to see whether the host is well. */
function commitConflicts({ defaults, hosts }: FleetFile): Mistake[] {
  const isShort = (commitWithin: number, settle: number, checks: number) =>
    commitWithin < settle + (checks > 0 ? 40 * second : 0) + minute;
  const text =
    "commitWithin is shorter than settle, the checks and a minute together; the host would roll back while it is still being checked";
  return [
    ...(isShort(defaults.commitWithin, defaults.settle, 0)
      ? [{ path: ["defaults"], key: "commitWithin", text }]
      : []),
    ...Object.entries(hosts).flatMap(([name, { commitWithin, settle, checks }]) => {
      const own = [
        commitWithin === undefined ? null : "commitWithin",
        settle === undefined ? null : "settle",
        checks.length === 0 ? null : "checks",
      ].find((key) => key !== null);
      // A host that sets none of them has the mistake of the defaults, which is told there.
      return own !== undefined &&
        isShort(commitWithin ?? defaults.commitWithin, settle ?? defaults.settle, checks.length)
        ? [{ path: ["hosts", name], key: own, text }]
        : [];
    }),
  ];
}

/** A unit cannot be both what a host must have and what nobody looks at. */
function ignoredConflicts({ defaults, hosts }: FleetFile): Mistake[] {
  return Object.entries(hosts).flatMap(([name, { critical, ignoreUnits }]) =>
    critical.flatMap((unit, index) =>
      isIgnored(unit, [...defaults.ignoreUnits, ...ignoreUnits])
        ? [
            {
              path: ["hosts", name, "critical", index],
              text: `${unit} is critical, and ignoreUnits names it as well: take one of them away`,
            },
          ]
        : [],
    ),
  );
}

/** A host that is the builder is wherever the builder is. */
function localConflicts({ hosts }: FleetFile): Mistake[] {
  return Object.entries(hosts).flatMap(([name, { targetHost, via }]) =>
    targetHost === "local" && via === "direct"
      ? [
          {
            path: ["hosts", name],
            key: "via",
            text: "via: direct needs an address in targetHost that the bot can reach, and local is none",
          },
        ]
      : [],
  );
}
