import { boundedLog } from "./bounded-log.ts";
import type { Ending, Row } from "./row.ts";

/** The new system itself is the fault. */

const rolledBack = (says: RegExp): Ending => ({ runs: "old", outcome: "rolled-back", says });
const failed = (says: RegExp): Ending => ({ runs: "old", outcome: "failed", says });
const deployed: Ending = { runs: "new", outcome: "deployed", says: /runs the new system/ };
const system = (fault: string, phase: Row["phase"], ref: string, ends: Ending, more?: Partial<Row>): Row => ({
  fault: `new system ${fault}`,
  phase,
  ref: `origin/bad/${ref}`,
  strike: null,
  ends,
  ...more,
});

export const systemRows: readonly Row[] = [
  system("has a syntax error", "build", "syntax", failed(/syntax error/), { host: "yoga" }),
  system("does not evaluate", "build", "eval-error", failed(/ngnix/), { host: "zephyrus" }),
  system("does not build", "build", "build-failure", failed(/the build failed/), { host: "hetzner-vps" }),
  system("is 200 MB larger", "copy", "big", deployed),
  system("has a switch inhibitor", "dry-activate", "inhibited", failed(/dry-activate exited with 1/)),
  system("has another kernel", "switch", "kernel", deployed),
  system("exits with 1", "switch", "exits-1", rolledBack(/switch-to-configuration exited with 1/)),
  system("exits with 2", "switch", "activation-fails", rolledBack(/switch-to-configuration exited with 2/)),
  system("exits with 4", "validate", "unit-fails", rolledBack(/web.service failed/)),
  system("exits with 11", "switch", "exits-11", rolledBack(/switch-to-configuration exited with 11/)),
  system("prints 300 MB, and one line without an end", "switch", "prints-much", deployed, boundedLog),
  system(
    "prints 300 MB, and exits with 1",
    "switch",
    "prints-much-and-fails",
    rolledBack(/exited with 1/),
    boundedLog,
  ),
  system("exits with 100", "switch", "exits-100", rolledBack(/switch-to-configuration exited with 100/)),
  system("exits with 101", "switch", "exits-101", rolledBack(/switch-to-configuration exited with 101/)),
  system("hangs", "switch", "hangs", rolledBack(/the activation took longer than 30 s/)),
  system(
    "kills the supervisor",
    "switch",
    "kills-parent",
    rolledBack(/the supervisor ended while activating/),
  ),
  system("leaves a daemon", "switch", "leaves-daemon", deployed),
  system("stops sshd", "switch", "stops-sshd", rolledBack(/nobody could reach this host for 20 s/)),
  system("has a unit that dies", "validate", "unit-dies", rolledBack(/web.service/)),
  system("has a flapper of 3 s", "validate", "flapper", rolledBack(/worker.service keeps restarting/), {
    options: { defaults: { settle: "6s", commitWithin: "110s" } },
  }),
  system("has a flapper of 6 s", "validate", "flapper-slow", rolledBack(/worker.service keeps restarting/), {
    options: { defaults: { settle: "15s", commitWithin: "120s" } },
  }),
  system(
    "cannot write its boot entry",
    "validate",
    "boot-fails",
    rolledBack(/the boot loader could not be written/),
  ),
];
