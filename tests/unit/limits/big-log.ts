import { join } from "node:path";
// All of the bot is in memory, as it would be.
import "../../../src/app.ts";
import { systemClock } from "../../../src/config/clock.ts";
import { logFiles } from "../../../src/logs/log-files.ts";
import { endOf, partsOf } from "../../../src/logs/log-parts.ts";
import { redactor } from "../../../src/logs/redact.ts";
import { localShell } from "../../../src/remote/local-shell.ts";
import { ownSecrets } from "../../fakes/planted-secrets.ts";

/** A process of its own, whose memory is measured: a build prints so many bytes, and its log is kept within a bound. */
const [directory = "", fixture = "", bytes = "0", bound = "0"] = process.argv.slice(2);

const redact = redactor(Object.values(ownSecrets));
const logs = logFiles(directory, systemClock, redact, () => Number(bound));
const log = await logs.create("build", "yoga");
const begin = performance.now();
let lines = 0;
const exit = await localShell().run({
  argv: ["sh", "-c", 'yes "$(cat "$1")" | head -c "$2"', "print", fixture, bytes],
  timeout: 10 * 60_000,
  onLine(line) {
    lines += 1;
    log.line(line);
  },
  whenReady: log.whenReady,
});
log.line("the last line of all");
await log.close();
const seconds = (performance.now() - begin) / 1000;
const { user, system } = process.cpuUsage();
const rss = process.resourceUsage().maxRSS / 1024;
const parts = await partsOf(join(directory, log.path));
const size = parts.reduce((sum, part) => sum + part.size, 0);
let read = 0;
for await (const chunk of logs.read(log.path, null)) {
  read += chunk.length;
}
const tail = await logs.tail(log.path, 4_096);
process.stdout.write(
  `${JSON.stringify({
    exitCode: exit.exitCode,
    lines,
    seconds,
    head: parts[0]?.size,
    tailFrom: parts[1]?.start,
    written: endOf(parts),
    size,
    read,
    rss,
    rssAfterReading: process.resourceUsage().maxRSS / 1024,
    cpu: (user + system) / 1e6,
    tail,
  })}\n`,
);
