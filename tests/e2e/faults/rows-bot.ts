import type { PhaseName } from "../../../src/deploy/deployment.ts";
import { openRecord } from "./look.ts";
import { type Row, waiting } from "./row.ts";
import type { Stage } from "./stage.ts";

/** The bot is killed as by a crash, and comes back at once or late. */

/** Once the record on the disk says so, since a step that was not written did not happen. */
const killIn = (phase: PhaseName, kill: (stage: Stage) => Promise<void>) => async (stage: Stage) => {
  const { bot, id } = stage;
  const isWritten = async () => (await openRecord(bot.dataDir, id))?.times[phase] !== undefined;
  await stage.until(`the record is in ${phase}`, isWritten);
  await kill(stage);
};

async function crash({ bot }: Stage): Promise<void> {
  await bot.kill();
  await bot.again();
}

const deployed = { runs: "new", outcome: "deployed", says: /runs the new system/ } as const;

/** Back only when the host has helped itself. */
async function crashUntilRolledBack({ bot, hostSays }: Stage): Promise<void> {
  await bot.kill();
  await hostSays("rolled-back");
  await bot.again();
}

export const botRows: readonly Row[] = [
  ...(["check", "build", "copy", "dry-activate"] as const).map(
    (phase): Row => ({
      fault: "bot killed, back at once",
      phase,
      ref: "origin/slow",
      strike: killIn(phase, crash),
      // It is begun again, at the same revision, and asks.
      ends: deployed,
    }),
  ),
  { fault: "bot killed, back at once", phase: "confirm", strike: crash, ends: deployed },
  {
    fault: "bot killed, back at once",
    phase: "switch",
    ref: "origin/slow",
    async strike(stage) {
      await stage.hostSays("activating");
      await crash(stage);
    },
    ends: deployed,
  },
  {
    fault: "bot killed, back at once",
    phase: "switch",
    when: "while the entry for the next boot is written",
    ref: "origin/slow",
    isForBoot: true,
    async strike(stage) {
      await stage.hostSays("committing");
      await crash(stage);
    },
    ends: { runs: "old", profile: "new", entry: "new", outcome: "done", says: /boots the new system next/ },
  },
  {
    fault: "bot killed, back at once",
    phase: "validate",
    when: "before the commit",
    strike: killIn("validate", crash),
    ends: deployed,
  },
  {
    fault: "bot killed, back at once",
    phase: "validate",
    when: "while committing",
    ref: "origin/slow",
    async strike(stage) {
      await stage.hostSays("committing");
      await crash(stage);
    },
    ends: deployed,
  },
  {
    fault: "bot killed, back late",
    phase: "confirm",
    when: "the card has expired",
    options: { defaults: { approveWithin: "2s" } },
    async strike(stage) {
      // It is read a moment before it is on the disk; what is not there is asked anew, with a time of its own.
      await stage.until("the card is on the disk", async () => {
        const stored = await openRecord(stage.bot.dataDir, stage.id);
        return (stored?.confirmation ?? null) !== null;
      });
      await stage.bot.kill();
      const expired = Date.now() + 3_000;
      await stage.until("the card expires", async () => Date.now() > expired);
      await stage.bot.again();
    },
    ends: { runs: "old", outcome: "expired", says: /Nobody decided in time/ },
  },
  {
    fault: "bot killed, back late",
    phase: "switch",
    async strike(stage) {
      await stage.hostSays("activating");
      await crashUntilRolledBack(stage);
    },
    ends: { runs: "old", outcome: "rolled-back", says: /nobody could reach this host for 20 s/ },
  },
  {
    fault: "bot killed, back late",
    phase: "validate",
    ...waiting,
    strike: killIn("validate", crashUntilRolledBack),
    ends: { runs: "old", outcome: "rolled-back", says: /nobody decided for 61 s/ },
  },
];
