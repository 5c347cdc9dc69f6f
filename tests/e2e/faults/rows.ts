import { deployPhases } from "../../../src/deploy/deployment.ts";
import type { Row } from "./row.ts";
import { botRows } from "./rows-bot.ts";
import { diskRows } from "./rows-disks.ts";
import { forgedRows } from "./rows-forged.ts";
import { networkRows } from "./rows-network.ts";
import { peopleRows } from "./rows-people.ts";
import { powerRows } from "./rows-power.ts";
import { supervisorRows } from "./rows-supervisor.ts";
import { systemRows } from "./rows-systems.ts";
import { verdictRows } from "./rows-verdict.ts";

const all = [
  ...systemRows,
  ...botRows,
  ...networkRows,
  ...powerRows,
  ...supervisorRows,
  ...peopleRows,
  ...diskRows,
  ...verdictRows,
  ...forgedRows,
];

/** Every row, by fault and then by phase: the order of the table. */
export const rows: readonly Row[] = all
  .map((row, at) => ({ row, at: all.findIndex(({ fault }) => fault === row.fault), own: at }))
  .sort(
    (a, b) =>
      a.at - b.at || deployPhases.indexOf(a.row.phase) - deployPhases.indexOf(b.row.phase) || a.own - b.own,
  )
  .map(({ row }) => row);
