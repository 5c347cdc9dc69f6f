import type { HealthSnapshot, UnitState } from "../deploy/health-snapshot.ts";
import { wholeNumber } from "../nix/whole-number.ts";
import { readSince } from "./since.ts";

const properties = [
  "Id",
  "LoadState",
  "ActiveState",
  "SubState",
  "NRestarts",
  "InvocationID",
  "Result",
  "Type",
  "WantedBy",
  "RequiredBy",
  "TriggeredBy",
  "Requires",
  "Requisite",
  "BindsTo",
  "PartOf",
  "Wants",
  "After",
  "Transient",
  "ActiveEnterTimestamp",
];
/** Behind it stands what was not asked of systemd itself. */
const sinceMark = "--- since";
/** An answer that was cut must not pass for a host with fewer units. */
const endMark = "end-of-snapshot";
const kinds = ["*.service", "*.socket", "*.timer", "*.path", "*.mount", "*.target", "*.swap", "*.automount"];

/** What systemd itself wrote of units: "Scheduled restart job" and "Main process exited" (sd-messages.h). No unit can forge _PID=1. */
const messages =
  "_PID=1 MESSAGE_ID=5eb03494b6584870a536b337290809b3 + _PID=1 MESSAGE_ID=98e322203f7a4ed290d09fe03c09fe15";

/** The users' managers are asked as the switch program asks them: with the user's own rights. Ten users, 3 s each. */
const script = `
since=$1
shift
systemctl is-system-running
date +%s
systemctl show --no-pager --timestamp=unix --property=${properties.join(",")} -- "$@" && echo || exit 1
echo '${sinceMark}'
timeout 5 journalctl --quiet --no-pager --lines=1 --output=json --output-fields=UNIT 2>/dev/null | head -c 4000
echo
[ -z "$since" ] || timeout 8 journalctl --quiet --no-pager --after-cursor="$since" --output=json --output-fields=UNIT,MESSAGE_ID,EXIT_CODE,EXIT_STATUS ${messages} 2>/dev/null | tail -n 1000
asked=0
for place in /run/user/*; do
  [ -S "$place/systemd/private" ] && [ "$asked" -lt 10 ] || continue
  asked=$((asked + 1)) uid=\${place##*/}
  name=$(id -nu "$uid" 2>/dev/null) && group=$(id -g "$uid") || { echo "user $uid unasked=1"; continue; }
  { timeout 3 setpriv --reuid="$uid" --regid="$group" --clear-groups env XDG_RUNTIME_DIR="$place" systemctl --user list-units --failed --plain --no-legend --no-pager --full 2>/dev/null </dev/null || echo "unasked=$?"; } |
    head -n 20 | cut -d ' ' -f 1 | cut -c 1-256 | sed "s/^/user $name /"
done
echo ${endMark}`;

/** Prints the system's state, and the units that systemd has in memory; and what happened to them after a journal's cursor. */
export function snapshotArgv(since = ""): string[] {
  return ["sh", "-c", script, "snapshot", since, ...kinds];
}

/** A unit that systemd restarted, and that has run this long since, is counted as steady again. */
const steadyAfter = 120;

/** Reads {@link snapshotArgv}: a word, the time, then one block of `Key=value` lines a unit, with empty lines between. */
export function readSnapshot(stdout: string): HealthSnapshot {
  const [system = "", time = "", ...lines] = stdout.split("\n");
  if (!stdout.trimEnd().endsWith(`\n${endMark}`)) {
    throw new Error("reading the units of a host: the answer is not whole");
  }
  const mark = lines.lastIndexOf(sinceMark);
  const units = new Map<string, UnitState>();
  for (const block of (mark < 0 ? lines : lines.slice(0, mark)).join("\n").split(/\n\n+/)) {
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
    const needs = neededBy(values);
    const type = values.get("Type") ?? "";
    units.set(id, {
      active: values.get("ActiveState") ?? "",
      sub: values.get("SubState") ?? "",
      restarts,
      isSteady: restarts === 0 || (activeSince > 0 && (wholeNumber(time) ?? 0) - activeSince > steadyAfter),
      invocation: values.get("InvocationID") ?? "",
      load: values.get("LoadState") ?? "",
      result: values.get("Result") ?? "",
      wanted: has("WantedBy") || (has("RequiredBy") && !has("TriggeredBy")),
      ...(needs.length === 0 ? {} : { needs }),
      ...(type === "" ? {} : { type }),
    });
  }
  return {
    system: system.trim(),
    units: Object.fromEntries(units),
    ...(mark < 0 ? {} : readSince(lines.slice(mark + 1, -1))),
  };
}

/**
 * What a unit cannot do without, or is stopped with; and what it wants *and* starts after. An order alone is no need. Targets
 * and slices are left out: everything hangs on some of them.
 */
function neededBy(values: ReadonlyMap<string, string>): string[] {
  const of = (property: string) => (values.get(property) ?? "").split(" ").filter((unit) => unit !== "");
  const after = new Set(of("After"));
  const all = [
    ...["Requires", "Requisite", "BindsTo", "PartOf", "TriggeredBy"].flatMap(of),
    ...of("Wants").filter((unit) => after.has(unit)),
  ];
  return [...new Set(all)].filter((unit) => /\.(service|socket|mount|path|timer|swap)$/.test(unit)).sort();
}

/** The units that have to run again after a roll back. */
export function unitsToKeep(snapshot: HealthSnapshot): string[] {
  return Object.entries(snapshot.units)
    .filter(([name, unit]) => unit.active === "active" && unit.wanted && !name.endsWith(".target"))
    .map(([name]) => name)
    .sort();
}
