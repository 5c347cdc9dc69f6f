import { parse } from "yaml";
import type { FleetFile } from "./fleet-file.ts";

/**
 * Rules that a change would loosen by leaving them out. A file that was cut off inside a section is valid YAML, and looks just
 * like one from which somebody took a rule, so such a change has to be written out, or begins with a restart.
 */

type Host = FleetFile["hosts"][string];
type OfHosts = "roles" | "risk" | "critical" | "checks" | "secrets" | "monitor" | "rollBackOnAlarm";
type Rules = {
  readonly [Name in OfHosts]-?: Host[Name] | (Name extends "monitor" ? undefined : never);
} & Pick<FleetFile["defaults"], "approvals" | "windows">;

const risks = ["low", "medium", "high"] as const;
const isEmptied = (before: readonly unknown[], after: readonly unknown[]) =>
  before.length > 0 && after.length === 0;

/** Whether a rule says less than before; as data, so that the list can be read. */
const looser: {
  readonly [Name in keyof Rules]: (before: Rules[Name], after: Rules[Name]) => boolean;
} = {
  approvals: (before, after) => after < before,
  windows: isEmptied,
  roles: (before, after) => after.some((role) => !before.includes(role)),
  risk: (before, after) => risks.indexOf(after) < risks.indexOf(before),
  critical: isEmptied,
  checks: isEmptied,
  secrets: isEmptied,
  monitor: (before, after) => before !== undefined && after === undefined,
  rollBackOnAlarm: (before, after) => before && !after,
};
const names = Object.keys(looser) as readonly (keyof Rules)[];

const plain: Pick<Rules, OfHosts> = {
  roles: ["deployer"],
  risk: "medium",
  critical: [],
  checks: [],
  secrets: [],
  monitor: undefined,
  rollBackOnAlarm: false,
};

/** Each with the line that would say it; none where nothing is loosened by what is not there. */
export function omissions(before: FleetFile, after: FleetFile, text: string): readonly string[] {
  const written = writtenIn(text);
  const hosts = Object.keys(before.hosts).flatMap((host) =>
    names
      .filter((name) => !written("hosts", host, name) && !written("defaults", name))
      .filter((name) => isLooser(name, rulesOf(before, host), rulesOf(after, host)))
      .map((name) => `hosts.${host}.${name}`),
  );
  const defaults = (["approvals", "windows"] as const)
    .filter((name) => !written("defaults", name))
    .filter((name) => isLooser(name, rulesOf(before, null), rulesOf(after, null)))
    .map((name) => `defaults.${name}`);
  const ref =
    !written("defaults", "ref") && before.defaults.ref !== after.defaults.ref ? ["defaults.ref"] : [];
  // Without them the default ref alone is trusted, which may have been none of them.
  const refs =
    before.defaults.refs !== undefined &&
    after.defaults.refs === undefined &&
    !before.defaults.refs.includes(after.defaults.ref)
      ? ["defaults.refs"]
      : [];
  // Without a viewer role everybody may look.
  const viewer =
    before.roles["viewer"] !== undefined && after.roles["viewer"] === undefined ? ["roles.viewer"] : [];
  return [...defaults, ...ref, ...refs, ...viewer, ...hosts];
}

/** What is wrong, and what to do where it is meant. */
export function omissionText(lost: readonly string[]): string {
  const many =
    lost.length > 8 ? `${lost.slice(0, 8).join(", ")} and ${lost.length - 8} more` : lost.join(", ");
  return `${many} ${lost.length === 1 ? "is" : "are"} not there any more, which loosens the rules, as a half-written file would: write the new value there (approvals: 1, windows: [], risk: medium, roles: [deployer] …), or restart the bot if that is meant`;
}

function isLooser<Name extends keyof Rules>(name: Name, before: Rules, after: Rules): boolean {
  return looser[name](before[name], after[name]);
}

function rulesOf({ defaults, hosts }: FleetFile, name: string | null): Rules {
  const { approvals, windows } = defaults;
  const host = name === null ? undefined : hosts[name];
  return {
    ...plain,
    ...host,
    approvals: host?.approvals ?? approvals,
    windows: host?.windows ?? windows,
  };
}

function writtenIn(text: string): (...path: readonly string[]) => boolean {
  const content: unknown = parse(text);
  return (...path) => {
    let at: unknown = content;
    for (const name of path) {
      at = typeof at === "object" && at !== null ? Reflect.get(at, name) : undefined;
    }
    return at !== undefined && at !== null;
  };
}
