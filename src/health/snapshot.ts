import type { HealthSnapshot, UnitState } from "../deploy/deployment.ts";
import { wholeNumber } from "../nix/whole-number.ts";

const properties = [
  "Id",
  "LoadState",
  "ActiveState",
  "SubState",
  "NRestarts",
  "InvocationID",
  "Result",
  "WantedBy",
  "RequiredBy",
  "TriggeredBy",
  "Transient",
  "ActiveEnterTimestamp",
];
/** An answer that was cut must not pass for a host with fewer units. */
const endMark = "end-of-snapshot";
const kinds = ["*.service", "*.socket", "*.timer", "*.path", "*.mount", "*.target"];

const script = `systemctl is-system-running; date +%s; systemctl show --no-pager --timestamp=unix --property=${properties.join(",")} -- "$@" && echo && echo ${endMark}`;

/** Prints the system's state, and the units that systemd has in memory. */
export const snapshotArgv = ["sh", "-c", script, "snapshot", ...kinds];

/** A unit that systemd restarted, and that has run this long since, is counted as steady again. */
const steadyAfter = 120;

/** Reads {@link snapshotArgv}: a word, the time, then one block of `Key=value` lines a unit, with empty lines between. */
export function readSnapshot(stdout: string): HealthSnapshot {
  const [system = "", time = "", ...lines] = stdout.split("\n");
  if (!stdout.trimEnd().endsWith(`\n${endMark}`)) {
    throw new Error("reading the units of a host: the answer is not whole");
  }
  const units = new Map<string, UnitState>();
  for (const block of lines.join("\n").split(/\n\n+/)) {
    const values = new Map(
      block.split("\n").map((line): [string, string] => {
        const at = line.indexOf("=");
        return [line.slice(0, Math.max(at, 0)), line.slice(at + 1)];
      }),
    );
    const id = values.get("Id");
    if (id === undefined || id.startsWith("switchyard-") || values.get("Transient") === "yes") {
      continue;
    }
    const restarts = wholeNumber(values.get("NRestarts") ?? "") ?? 0;
    const activeSince = wholeNumber((values.get("ActiveEnterTimestamp") ?? "").replace("@", "")) ?? 0;
    const has = (property: string) => (values.get(property) ?? "") !== "";
    units.set(id, {
      active: values.get("ActiveState") ?? "",
      sub: values.get("SubState") ?? "",
      restarts,
      isSteady: restarts === 0 || (activeSince > 0 && (wholeNumber(time) ?? 0) - activeSince > steadyAfter),
      invocation: values.get("InvocationID") ?? "",
      load: values.get("LoadState") ?? "",
      result: values.get("Result") ?? "",
      wanted: has("WantedBy") || (has("RequiredBy") && !has("TriggeredBy")),
    });
  }
  return { system: system.trim(), units: Object.fromEntries(units) };
}

/** The units that have to run again after a roll back. */
export function unitsToKeep(snapshot: HealthSnapshot): string[] {
  return Object.entries(snapshot.units)
    .filter(([name, unit]) => unit.active === "active" && unit.wanted && !name.endsWith(".target"))
    .map(([name]) => name)
    .sort();
}
