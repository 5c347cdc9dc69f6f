import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parseFleetFile } from "../../../src/config/fleet-file.ts";
import { leftOutLine } from "../../../src/logs/left-out.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";

const halfGigabyte = 512 * 1024 ** 2;
const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

function defaults() {
  const result = parseFleetFile("");
  return result.kind === "ok" ? result.file.defaults : assert.fail();
}

/** The flags that `npm start` gives to node. */
async function startFlags(): Promise<string[]> {
  const { scripts } = JSON.parse(await readFile(path("../../../package.json"), "utf8"));
  return String(scripts.start)
    .split(" ")
    .filter((word) => word.startsWith("--"));
}

test("a build that prints 512 MiB keeps the bot under 200 MB and its log within its bound, and no byte is left out unsaid", {
  timeout: 5 * 60_000,
}, async (t) => {
  // On a disk, not in memory.
  const directory = await scratchDirectory(t, () => {}, tmpdir());
  const fixture = path("../../fixtures/build-log.txt");
  const { logSize } = defaults();
  const words = [fixture, String(halfGigabyte), String(logSize)];
  const args = [...(await startFlags()), path("big-log.ts"), directory, ...words];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 5 * 60_000 });
  const { exitCode, lines, seconds, cpu, rss, rssAfterReading, head, tailFrom, written, size, read, tail } =
    JSON.parse(stdout);
  t.diagnostic(
    `${Math.round(rss)} and ${Math.round(rssAfterReading)} MB at most, ${seconds.toFixed(1)} s, ${cpu.toFixed(1)} s of processor`,
  );
  const stamp = "2026-11-24T14:51:26.135Z ".length;
  const last = stamp + "the last line of all\n".length;
  assert.equal(exitCode, 0);
  const printed = halfGigabyte + lines * stamp + last;
  assert.equal(written, printed + 1, "every byte went to the log; the last line of the build had no end");
  assert.equal(size <= logSize, true, `${size} bytes on the disk`);
  assert.equal(size > 0.7 * logSize, true, `${size} bytes on the disk`);
  const missing = tailFrom - head;
  assert.equal(size + missing, written, "what is left out lies between beginning and end");
  assert.equal(read, size + Buffer.byteLength(`${leftOutLine(missing)}\n`));
  assert.match(tail, /the last line of all\n$/);
  assert.equal(rss < 200, true, `${rss} MB`);
  assert.equal(
    rssAfterReading < 250,
    true,
    `${rssAfterReading} MB: a reader holds a piece of the log, never all of it`,
  );
  // Some 66 s here, most of it for masking. The machine may be busy, which shows in the time of the processor as well, if less.
  assert.equal(cpu < 120, true, `${cpu} s`);
});
