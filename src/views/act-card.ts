import ms from "ms";
import prettyBytes from "pretty-bytes";
import { type Block, list, table, text } from "../chat/blocks.ts";
import type { Deployment } from "../deploy/deployment.ts";
import { doomed, type HostAct, type HostSight } from "../deploy/host-act.ts";
import { systemsOf } from "../nix/systems.ts";

/** What is said of a gc, a prune or a reboot on its card: how the host is, and what a yes would do. */

/** More than a card shows at a glance. */
const mostRows = 60;

export function pruneTitle({ host, act }: Deployment): string {
  return act === null ? `Delete generations of ${host}` : `Delete generations of ${host}: ${ruleWords(act)}`;
}

/** Such as `all but the newest 5`. */
function ruleWords({ keep, olderThan }: HostAct): string {
  const rules = [
    ...(keep === null ? [] : [`all but the newest ${keep}`]),
    ...(olderThan === null ? [] : [`older than ${ms(olderThan)}`]),
  ];
  return rules.join(", if ");
}

/** What the card's facts say of the host; nothing before it was looked at. */
export function actFacts({ act }: Deployment): Record<string, string | number | null> {
  const seen = act?.seen ?? null;
  return seen === null
    ? {}
    : {
        System: seen.system,
        "Booted generation": seen.bootedGeneration,
        "Boots next": `generation ${seen.next.generation ?? "?"}${seen.next.kernel === "" ? "" : `, kernel ${seen.next.kernel}`}`,
        "Runs kernel": seen.kernel,
        "Free for /nix/store": seen.free === null ? null : size(seen.free),
      };
}

export function actBlocks(deployment: Deployment): Block[] {
  const { act, mode, host } = deployment;
  const seen = act?.seen ?? null;
  if (act === null || seen === null) {
    return [];
  }
  switch (mode) {
    case "gc":
      return [...garbage(seen, act, host), ...failedUnits(seen)];
    case "prune":
      return [...fates(seen, act), ...failedUnits(seen)];
    case "reboot":
      return [...boots(seen), ...dropped(deployment), ...failedUnits(seen)];
    default:
      return [];
  }
}

function garbage({ dead, generations }: HostSight, { verify }: HostAct, host: string): Block[] {
  const what =
    dead === null
      ? "What no generation and no root needs would be deleted; how much that is could not be added up in time."
      : `${dead.paths} path${dead.paths === 1 ? "" : "s"} that no generation and no root needs would be deleted: ${size(dead.bytes)} at most.`;
  return [
    text(what),
    text(
      `All ${generations.length} generations stay, with what they need: /generations ${host} --prune 5 deletes older ones.`,
      "info",
    ),
    ...(verify ? [text("After that every file of the store is read, which takes long on a large one.")] : []),
  ];
}

function fates({ generations }: HostSight, act: HostAct): Block[] {
  const count = doomed(act).length;
  const rows = generations
    .slice(0, mostRows)
    .map(({ number, date, kernel, stays }) => [
      String(number),
      date.slice(0, 16).replace("T", " "),
      kernel,
      stays === null ? "goes" : `stays: ${stays}`,
    ]);
  return [
    text(
      `${count} generation${count === 1 ? " goes" : "s go"} and cannot be rolled back to any more; ${generations.length - count} stay. Then the boot entries are written anew.`,
    ),
    table(["", "Date (UTC)", "Kernel", "What becomes of it"], rows),
    ...(generations.length > mostRows ? [text(`… ${generations.length - mostRows} more.`)] : []),
  ];
}

function boots({ kernel, next }: HostSight): Block[] {
  const change =
    next.kernel === "" || next.kernel === kernel
      ? ""
      : ` Its kernel ${next.kernel} is another one than ${kernel}, which runs now.`;
  return [
    text(
      `Everything that runs there stops, and generation ${next.generation ?? "?"} boots.${change} Then its units are compared with how they are now.`,
    ),
  ];
}

/** The boot entry is that of the system itself. */
function dropped({ before, host }: Deployment): Block[] {
  const special = before === null ? null : systemsOf(before).running.specialisation;
  return special === null
    ? []
    : [
        text(
          `${host} runs the specialisation ${special.name}: a reboot leaves it, unless its boot menu says otherwise.`,
          "warning",
        ),
      ];
}

function failedUnits({ failedUnits: units }: HostSight): Block[] {
  return units.length === 0 ? [] : [list("Failed units", units)];
}

function size(bytes: number): string {
  return prettyBytes(bytes, { binary: true, maximumFractionDigits: 1 });
}
