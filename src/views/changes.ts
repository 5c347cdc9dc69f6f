import { type Block, list, text } from "../chat/blocks.ts";
import type { Deployment, UnitChanges } from "../deploy/deployment.ts";
import { packageTable } from "./diff-card.ts";

/** What a switch would change: packages and units. */
export function changes(deployment: Pick<Deployment, "diff" | "units" | "mode">): Block[] {
  const { diff, units, mode } = deployment;
  const count = `${diff.length} package${diff.length === 1 ? "" : "s"} change.`;
  if (mode === "boot") {
    return [text(`${count} No unit is touched before the reboot.`), ...packageTable(diff)];
  }
  if (units === null) {
    return [];
  }
  return [text(`${count} ${unitSentence(units)}`), ...packageTable(diff), ...unitLists(units)];
}

function unitSentence(units: UnitChanges): string {
  const parts = [
    `${units.restart.length} restart`,
    `${units.start.length} start`,
    `${units.stop.length} stop`,
    `${units.reload.length} reload`,
  ].filter((part) => !part.startsWith("0 "));
  return parts.length === 0 ? "No unit is touched." : `Units: ${parts.join(", ")}.`;
}

function unitLists(units: UnitChanges): Block[] {
  const named: readonly (readonly [string, readonly string[]])[] = [
    ["Restart", units.restart],
    ["Start", units.start],
    ["Stop", units.stop],
    ["Reload", units.reload],
    ["Changed, and left as they are", units.skip],
    ["Also", units.others ?? []],
  ];
  return named.flatMap(([name, items]) => (items.length === 0 ? [] : [list(name, items)]));
}
