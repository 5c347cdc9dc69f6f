import type { Lane, Row } from "./row.ts";
import { failUnit, mendUnit } from "./rows-people.ts";
import type { Stage } from "./stage.ts";

const byHand = "/run/systemd/system/by-hand";

/** A oneshot that no system knows, which fails when its timer starts it. */
const makeTimer = async ({ fleet, host }: Lane): Promise<void> => {
  const script = `
    printf '[Service]\\nType=oneshot\\nExecStart=/bin/false\\n' >${byHand}.service
    printf '[Timer]\\nOnActiveSec=1s\\nAccuracySec=100ms\\n' >${byHand}.timer
    systemctl daemon-reload`;
  await fleet.exec(host, ["sh", "-c", script]);
};
const removeTimer = async ({ fleet, host }: Lane): Promise<void> => {
  const script = `systemctl stop by-hand.timer; rm -f ${byHand}.*; systemctl daemon-reload; systemctl reset-failed`;
  await fleet.exec(host, ["sh", "-c", script]);
};
const startTimer = async (stage: Stage): Promise<void> => {
  await stage.hostSays("acked");
  await stage.fleet.exec(stage.host, ["systemctl", "start", "by-hand.timer"]);
};
const longer = { defaults: { settle: "8s", commitWithin: "110s" } };

/** Two faults at once: one that is handled may hide another. */
export const verdictRows: readonly Row[] = [
  {
    fault: "a unit that nobody touched fails by its timer",
    phase: "validate",
    strike: startTimer,
    arrange: makeTimer,
    restore: removeTimer,
    options: longer,
    ends: { runs: "new", outcome: "deployed-degraded", says: /but this switch did not do it/ },
  },
  {
    fault: "a unit that nobody touched fails by its timer",
    phase: "validate",
    when: "beside a flapper of 3 s",
    ref: "origin/bad/flapper",
    strike: startTimer,
    arrange: makeTimer,
    restore: removeTimer,
    options: longer,
    ends: {
      runs: "old",
      outcome: "rolled-back",
      says: /worker.service keeps restarting \(\d times?, exited with 1\)/,
    },
  },
  {
    fault: "new system has a unit that is never ready",
    phase: "switch",
    ref: "origin/bad/never-ready",
    strike: null,
    isLong: true,
    ends: { runs: "old", outcome: "rolled-back", says: /the activation took longer than 30 s/ },
  },
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
