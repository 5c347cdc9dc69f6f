import { setTimeout as delay } from "node:timers/promises";
import type { Kind } from "../../rehearsal/break/plan.ts";
import { type Row, waiting } from "./row.ts";
import type { Stage } from "./stage.ts";

/** The way between bot, builder and host is cut, or swallows what is sent. */

/** Where the way is cut: this bot's way to the builder, or every way to the host. */
const ways = {
  builder: ({ builderAddress }: Stage) => ({ machine: "builder", options: { address: builderAddress } }),
  host: ({ host }: Stage) => ({ machine: host, options: {} }),
} as const;
type Way = keyof typeof ways;

/** Breaks the way for as long as `meanwhile` takes. */
async function breakWay(stage: Stage, way: Way, kind: Kind, meanwhile: () => Promise<void>): Promise<void> {
  const { machine, options } = ways[way](stage);
  await stage.fleet.break(machine, kind, options);
  try {
    await meanwhile();
  } finally {
    await stage.fleet.mend(machine, kind, options);
  }
}

const cutFor = (way: Way, milliseconds: number) => (stage: Stage) =>
  breakWay(stage, way, "cut-ssh", () => delay(milliseconds));

const silentFor = (way: Way, milliseconds: number) => (stage: Stage) =>
  breakWay(stage, way, "drop-packets", () => delay(milliseconds));

const silentUntilRolledBack = (way: Way) => (stage: Stage) =>
  breakWay(stage, way, "drop-packets", () => stage.hostSays("rolled-back"));

const cutAtTheClick = (way: Way) => (stage: Stage) =>
  breakWay(stage, way, "cut-ssh", async () => {
    await stage.click();
    await stage.until("the click is answered", async () => (await stage.record()).outcome !== null);
  });

const lost = /(?<varies>connect(ion|ing)|no answer|end-of-file)/i;
const failed = { runs: "old", outcome: "failed", says: lost } as const;
const deployed = { runs: "new", outcome: "deployed", says: /runs the new system/ } as const;
const rolledBack = (says: RegExp) => ({ runs: "old", outcome: "rolled-back", says }) as const;
const nobodyCame = rolledBack(/nobody could reach this host for 20 s/);
const nobodyDecided = rolledBack(/nobody decided for 61 s/);

const cutRows = (way: Way, fault: string, duringBuild: Row["ends"]): Row[] => [
  { fault, phase: "check", strike: cutFor(way, 3_000), ends: failed },
  { fault, phase: "build", ref: "a slow build", strike: cutFor(way, 2_000), ends: duringBuild },
  { fault, phase: "copy", ref: "origin/slow", strike: cutFor(way, 3_000), ends: failed },
  { fault, phase: "dry-activate", ref: "origin/slow", strike: cutFor(way, 3_000), ends: failed },
  { fault, phase: "confirm", when: "at the click", strike: cutAtTheClick(way), ends: failed },
  {
    fault,
    phase: "switch",
    ref: "origin/slow",
    async strike(stage) {
      await stage.hostSays("activating");
      await cutFor(way, 3_000)(stage);
    },
    ends: deployed,
  },
  { fault, phase: "validate", strike: cutFor(way, 3_000), ends: deployed },
];

export const networkRows: readonly Row[] = [
  ...cutRows("builder", "SSH to the builder cut", failed),
  // The host is not spoken to while its system is built.
  ...cutRows("host", "SSH to the host cut", deployed),
  {
    fault: "packets to the host dropped",
    phase: "copy",
    when: "for 3 s",
    strike: silentFor("host", 3_000),
    ends: deployed,
  },
  {
    fault: "packets to the host dropped",
    phase: "switch",
    when: "from then on",
    strike: silentUntilRolledBack("host"),
    ends: nobodyCame,
  },
  {
    fault: "packets to the host dropped",
    phase: "validate",
    when: "from then on",
    ...waiting,
    strike: silentUntilRolledBack("host"),
    ends: nobodyDecided,
  },
  {
    fault: "packets to the builder dropped",
    phase: "switch",
    when: "from then on",
    strike: silentUntilRolledBack("builder"),
    ends: nobodyCame,
  },
];
