import { stat } from "node:fs/promises";
import { join } from "node:path";
// All of the bot is in memory, as it would be.
import "../../../src/app.ts";
import { systemClock } from "../../../src/config/clock.ts";
import { logFiles } from "../../../src/logs/log-files.ts";
import { redactor } from "../../../src/logs/redact.ts";
import { localShell } from "../../../src/remote/local-shell.ts";
import { ownSecrets } from "../../fakes/planted-secrets.ts";

/** A process of its own, whose memory is measured: a build prints so many bytes, and its log is kept. */
const [directory = "", fixture = "", bytes = "0"] = process.argv.slice(2);

const redact = redactor(Object.values(ownSecrets));
const logs = logFiles(directory, systemClock, redact);
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
await log.close();
const seconds = (performance.now() - begin) / 1000;
const { size } = await stat(join(directory, log.path));
const tail = await logs.tail(log.path, 4_096);
process.stdout.write(
  `${JSON.stringify({ exitCode: exit.exitCode, lines, seconds, size, rss: process.resourceUsage().maxRSS / 1024, cpu: (process.cpuUsage().user + process.cpuUsage().system) / 1e6, tail })}\n`,
);
