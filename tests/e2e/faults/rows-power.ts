import type { Outcome } from "../../../src/deploy/deployment.ts";
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

/** The profile names the new system already, and no boot entry does. */
const midCommit = (act: (stage: Stage) => Promise<void>) => async (stage: Stage) => {
  const { fleet, host, old, hostSays, until } = stage;
  await hostSays("committing");
  await until("the profile is the new one", async () => {
    const profile = await fleet.exec(host, ["readlink", "-f", "/nix/var/nix/profiles/system"]);
    return profile.stdout.trim() !== old;
  });
  await act(stage);
};

const halfCommitted = (outcome: Outcome) =>
  ({
    runs: "old",
    profile: "new",
    entry: "old",
    outcome,
    says: /runs the system it ran before, and its profile names the new one/,
  }) as const;

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
    ends: { runs: "new", outcome: "deployed", says: /(runs|booted) the new system/ },
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
    when: "while the boot entry is written",
    ref: "origin/slow",
    strike: midCommit(powerCut),
    ends: halfCommitted("rollback-failed"),
  },
  {
    fault: "host's power cut",
    phase: "switch",
    when: "while the entry for the next boot is written",
    ref: "origin/slow",
    isForBoot: true,
    strike: midCommit(powerCut),
    ends: halfCommitted("failed"),
  },
  {
    fault: "host's power cut",
    phase: "validate",
    when: "after the commit",
    strike: at("committed", powerCut),
    ends: { runs: "new", outcome: "deployed", says: /(runs|booted) the new system/ },
  },
];
