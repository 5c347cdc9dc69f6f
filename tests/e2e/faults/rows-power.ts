import type { Row } from "./row.ts";
import type { Stage } from "./stage.ts";

/** The host is rebooted in good order, or loses its power. */

const reboot = ({ fleet, host }: Stage) => fleet.break(host, "reboot");
const powerCut = ({ fleet, host }: Stage) => fleet.break(host, "power-cut");

/** Once the supervisor on the host has come so far. */
const at = (state: string, act: (stage: Stage) => Promise<void>) => async (stage: Stage) => {
  await stage.hostSays(state);
  await act(stage);
};

const rolledBack = {
  runs: "old",
  outcome: "rolled-back",
  says: /it was rebooted meanwhile, and nothing had been committed/,
} as const;

export const powerRows: readonly Row[] = [
  {
    fault: "host rebooted",
    phase: "confirm",
    strike: reboot,
    ends: { runs: "old", outcome: "superseded", says: /it was rebooted/ },
  },
  {
    fault: "host rebooted",
    phase: "switch",
    when: "while activating",
    ref: "origin/slow",
    strike: at("activating", reboot),
    ends: rolledBack,
  },
  { fault: "host rebooted", phase: "validate", when: "before the commit", strike: reboot, ends: rolledBack },
  {
    fault: "host rebooted",
    phase: "validate",
    when: "while committing",
    ref: "origin/slow",
    strike: at("committing", reboot),
    ends: rolledBack,
  },
  {
    fault: "host rebooted",
    phase: "validate",
    when: "after the commit",
    strike: at("committed", reboot),
    ends: { runs: "new", outcome: "deployed", says: /runs the new system/ },
  },
  {
    fault: "host's power cut",
    phase: "switch",
    when: "while activating",
    ref: "origin/slow",
    strike: at("activating", powerCut),
    ends: rolledBack,
  },
  {
    fault: "host's power cut",
    phase: "validate",
    when: "before the commit",
    strike: powerCut,
    ends: rolledBack,
  },
  {
    fault: "host's power cut",
    phase: "validate",
    when: "after the commit",
    strike: at("committed", powerCut),
    ends: { runs: "new", outcome: "deployed", says: /runs the new system/ },
  },
];
