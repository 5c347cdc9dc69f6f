import { setTimeout as delay } from "node:timers/promises";
import type { Row } from "./row.ts";
import type { Stage } from "./stage.ts";

/** A disk is full: of the builder, of the host, or of the bot itself. */

const fullUntilEnd =
  (kind: "fill-store" | "fill-boot", machine: "builder" | "host") => async (stage: Stage) => {
    const name = machine === "host" ? stage.host : machine;
    await stage.fleet.break(name, kind);
    try {
      await stage.until("it ends", async () => (await stage.record()).outcome !== null);
    } finally {
      await stage.fleet.mend(name, kind);
    }
  };

/** The disk of the bot's data directory is full for as long as `meanwhile` takes. */
const dataFull = (meanwhile: (stage: Stage) => Promise<void>) => async (stage: Stage) => {
  const { fleet, host } = stage;
  await fleet.break(host, "fill-data", { disk: host });
  try {
    await meanwhile(stage);
  } finally {
    await fleet.mend(host, "fill-data", { disk: host });
  }
};

const failed = (says: RegExp) => ({ runs: "old", outcome: "failed", says }) as const;
const deployed = { runs: "new", outcome: "deployed", says: /runs the new system/ } as const;

export const diskRows: readonly Row[] = [
  {
    fault: "builder's store full",
    phase: "check",
    isAlone: true,
    strike: fullUntilEnd("fill-store", "builder"),
    ends: failed(/builder has only 0 MiB free for \/nix\/store/),
  },
  {
    fault: "builder's store full",
    phase: "build",
    ref: "a slow build",
    isAlone: true,
    strike: fullUntilEnd("fill-store", "builder"),
    ends: failed(/No space left on device/),
  },
  {
    fault: "host's store full",
    phase: "check",
    when: "before it",
    strike: null,
    arrange: ({ fleet, host }) => fleet.break(host, "fill-store"),
    restore: ({ fleet, host }) => fleet.mend(host, "fill-store"),
    ends: failed(/has only 0 MiB free for \/nix\/store/),
  },
  {
    fault: "host's store full",
    phase: "copy",
    ref: "origin/slow",
    strike: fullUntilEnd("fill-store", "host"),
    ends: failed(/copying to .* failed/),
  },
  {
    fault: "host's /boot full",
    phase: "check",
    when: "before it",
    strike: null,
    arrange: ({ fleet, host }) => fleet.break(host, "fill-boot"),
    restore: ({ fleet, host }) => fleet.mend(host, "fill-boot"),
    ends: failed(/has only 0 MiB free for \/boot/),
  },
  {
    fault: "host's /boot full",
    phase: "validate",
    strike: fullUntilEnd("fill-boot", "host"),
    ends: { runs: "old", outcome: "rolled-back", says: /the boot loader could not be written/ },
  },
  {
    fault: "bot's data directory full",
    phase: "check",
    when: "for 4 s",
    strike: dataFull(() => delay(4_000)),
    ends: deployed,
  },
  {
    fault: "bot's data directory full",
    phase: "switch",
    when: "for 4 s",
    ref: "origin/slow",
    strike: dataFull(() => delay(4_000)),
    ends: deployed,
  },
  {
    fault: "bot's data directory full",
    phase: "validate",
    when: "while committing",
    ref: "origin/slow",
    strike: dataFull((stage) => stage.hostSays("committed")),
    ends: deployed,
  },
];
