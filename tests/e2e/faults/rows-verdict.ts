import type { Row } from "./row.ts";
import { failUnit, mendUnit } from "./rows-people.ts";

/** Two faults at once: one that is handled may hide another. */
export const verdictRows: readonly Row[] = [
  {
    fault: "new system's activation fails behind a unit that failed before",
    phase: "switch",
    ref: "origin/bad/activation-fails",
    strike: null,
    arrange: failUnit,
    restore: mendUnit,
    ends: {
      runs: "old",
      outcome: "rolled-back",
      says: /the activation script of the new system failed with 1: Activation script snippet 'secrets' failed \(1\)/,
    },
  },
];
