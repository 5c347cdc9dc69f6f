import { describe, test } from "node:test";
import {
  goingDown,
  killed,
  type Moment,
  profileChangedByHand,
  scriptHost,
  switchedByHand,
} from "../../fakes/script-host.ts";
import { assertEnd, type End, rolledBack } from "./script-ends.ts";

/** Where the switch is when a fault comes, and the moment that lies in the middle of it. */
const stages = {
  activating: { moment: "new-test", decision: "commit" },
  activated: { moment: "waits-activated", decision: "commit" },
  acked: { moment: "waits-acked", decision: "commit" },
  "committing the profile": { moment: "set-profile", decision: "commit" },
  "committing the boot loader": { moment: "new-boot", decision: "commit" },
  "rolling back": { moment: "old-test", decision: "rollback" },
} as const satisfies Record<string, { moment: Moment; decision: "commit" | "rollback" }>;
type Stage = keyof typeof stages;
const hostLeft = (current: string): End => [/^superseded /, current, "old", "old"];

interface Fault {
  readonly lines?: string;
  readonly ends: Readonly<Record<Stage, End>>;
}

/** Every fault at every stage. The worst that may be left is said so: nothing is committed that did not stay. */
const faults: Readonly<Record<string, Fault>> = {
  "the supervisor is killed": {
    lines: killed,
    ends: {
      activating: rolledBack(/the supervisor ended while activating/),
      activated: rolledBack(/the supervisor ended while activated 0/),
      acked: rolledBack(/the supervisor ended while acked 0/),
      "committing the profile": rolledBack(/the supervisor ended while committing/),
      "committing the boot loader": rolledBack(/the supervisor ended while committing/),
      "rolling back": rolledBack(/the supervisor ended while rolling-back/),
    },
  },
  // The running system is that of the next boot, so only what is booted counts.
  "the host goes down": {
    lines: goingDown,
    ends: {
      activating: [/^rolled-back the host went down while activating/, "new", "old", "old"],
      activated: [/^rolled-back the host went down while activated/, "new", "old", "old"],
      acked: [/^rolled-back the host went down while acked/, "new", "old", "old"],
      "committing the profile": [/^rolled-back the host went down while committing/, "new", "old", "old"],
      "committing the boot loader": [/^rolled-back the host went down while committing/, "new", "old", "old"],
      "rolling back": [/^rolled-back the host went down while rolling-back/, "old", "old", "old"],
    },
  },
  "somebody switches to another system": {
    lines: switchedByHand,
    ends: {
      activating: hostLeft("other"),
      activated: hostLeft("other"),
      acked: hostLeft("other"),
      "committing the profile": [/^superseded /, "other", "new", "old"],
      "committing the boot loader": [/^superseded /, "other", "new", "new"],
      "rolling back": [/^rollback-failed .*other runs/, "other", "old", "old"],
    },
  },
  "somebody changes the profile": {
    lines: profileChangedByHand,
    ends: {
      activating: [/^superseded /, "new", "other", "old"],
      activated: [/^superseded /, "new", "other", "old"],
      acked: [/^superseded /, "new", "other", "old"],
      "committing the profile": [/^superseded /, "new", "other", "old"],
      "committing the boot loader": [/^superseded /, "new", "other", "new"],
      "rolling back": [/^rolled-back /, "old", "other", "old"],
    },
  },
};

describe("supervisor.sh, each stage with each fault", { concurrency: 4 }, () => {
  for (const [fault, { lines, ends }] of Object.entries(faults)) {
    for (const [stage, { moment, decision }] of Object.entries(stages)) {
      test(`${fault} while it is ${stage}`, async (t) => {
        const host = await scriptHost(t);
        const at = lines === undefined ? {} : { at: { [moment]: lines } };
        assertEnd(await host.switch({ ...at, decision }), ends[stage as Stage]);
      });
    }
  }
});
