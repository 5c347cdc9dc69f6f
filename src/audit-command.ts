import { setTimeout as delay } from "node:timers/promises";
import { auditName, readAudit } from "./logs/audit-read.ts";

/** A bot at work may write while the file is read, so what does not fit is looked at again, in milliseconds. */
const lookAgain = 300;
const looks = 3;

/** `npm run audit:verify`: gives what to print, and throws what is wrong. */
export async function verifyAudit(directory: string): Promise<string> {
  for (let look = 1; ; look++) {
    const { lines, last, problems } = await readAudit(directory);
    if (problems.length === 0) {
      return last === null
        ? `${directory}/${auditName} has no lines yet.`
        : `${lines} lines are sound; the last one is number ${last.seq}, with the hash ${last.hash}.`;
    }
    if (look === looks) {
      throw new Error(
        [
          `${directory}/${auditName} is not as the bot wrote it:`,
          ...problems.map((problem) => `  ${problem}`),
          "Keep the file as it is. The bot's journal has the number of lines and the hash of the last one at each start.",
        ].join("\n"),
      );
    }
    await delay(lookAgain);
  }
}
