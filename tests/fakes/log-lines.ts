import { systemClock } from "../../src/config/clock.ts";
import { logFiles } from "../../src/logs/log-files.ts";
import { redactor } from "../../src/logs/redact.ts";

/** A process that writes numbered lines to a log until it is killed, and says which of them are written. */
const [directory = "", path = "", bound = "0"] = process.argv.slice(2);

const log = await logFiles(directory, systemClock, redactor([]), () => Number(bound)).reopen(path);
for (let line = 0; ; line++) {
  log.line(`line ${line}`);
  if (line % 100 === 0) {
    await log.close();
    process.stdout.write(`${line}\n`);
  }
}
