import type { Row } from "./row.ts";
import type { Stage } from "./stage.ts";

/** The supervisor itself is killed, and the last thing that systemd runs for it has to do its work. */

const killAt = (state: string) => async (stage: Stage) => {
  await stage.hostSays(state);
  await stage.fleet.break(stage.host, "kill-supervisor");
};

const whileSwitching: readonly Row[] = [
  ["switch", "while activating", "activating", "origin/slow"],
  ["switch", "while rolling back", "rolling-back", "origin/bad/exits-101"],
  ["validate", "before the commit", "acked", "origin/main"],
  ["validate", "while committing", "committing", "origin/slow"],
].map(([phase, when, state = "", ref = ""]) => ({
  fault: "supervisor killed",
  phase: phase === "switch" ? "switch" : "validate",
  when: when ?? "",
  ref,
  strike: killAt(state),
  ends: { runs: "old", outcome: "rolled-back", says: new RegExp(`the supervisor ended while ${state}`) },
}));

export const supervisorRows: readonly Row[] = [
  ...whileSwitching,
  {
    fault: "supervisor killed",
    phase: "switch",
    when: "while the entry for the next boot is written",
    ref: "origin/slow",
    isForBoot: true,
    strike: killAt("committing"),
    ends: { runs: "old", outcome: "failed", says: /the supervisor ended while committing/ },
  },
];
