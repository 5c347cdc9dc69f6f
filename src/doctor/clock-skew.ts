import type { Clock } from "../config/clock.ts";
import { deadlines } from "../config/deadlines.ts";
import { mustRun, type Shell } from "../remote/shell.ts";
import { type DoctorLine, failed, ok, reasonOf, warn } from "./line.ts";

/** Seconds. Logs of two machines cannot be read together any more. */
const oddAfter = 5;
/** Certificates, tokens and signatures begin to be refused. */
const badAfter = 120;

const mend = "Let it keep its time: services.timesyncd.enable, or chrony. `timedatectl` shows how it does.";

/** Compares a machine's clock with the bot's; the way there and back is halved. */
export async function checkClock(part: string, shell: Shell, clock: Clock): Promise<DoctorLine> {
  try {
    const before = clock.now();
    const exit = await mustRun(shell, `reading the clock of ${shell.name}`, {
      argv: ["date", "+%s.%N"],
      timeout: deadlines.hostCommand,
    });
    const after = clock.now();
    const middle = (before + after) / 2 / 1000;
    // What the way took cannot be told from a clock that goes wrong.
    const uncertain = (after - before) / 2 / 1000;
    const skew = Number(exit.stdout.trim()) - middle;
    const least = Math.max(0, Math.abs(skew) - uncertain);
    const said = `its clock is ${Math.abs(skew).toFixed(1)} s ${skew < 0 ? "behind" : "ahead of"} the bot's`;
    if (Number.isNaN(skew)) {
      return warn(part, "its clock cannot be read", "Is `date` there what it is elsewhere?");
    }
    if (least >= badAfter) {
      return failed(part, said, mend);
    }
    return least >= oddAfter ? warn(part, said, mend) : ok(part, "its clock agrees with the bot's");
  } catch (error) {
    return warn(part, `its clock cannot be read: ${reasonOf(error)}`, "See the lines above.");
  }
}
