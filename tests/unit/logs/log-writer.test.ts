import assert from "node:assert/strict";
import { mkdir, readFile, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { logWriter, maxWaiting } from "../../../src/logs/log-writer.ts";
import { redactor } from "../../../src/logs/redact.ts";
import { manualClock, quiet } from "../../fakes/manual-clock.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";

async function open(t: TestContext) {
  const directory = await scratchDirectory(t);
  const clock = manualClock();
  const path = join(directory, "build.log");
  const log = logWriter(directory, "build.log", clock, redactor([]), () => 1e9);
  const lines = async () =>
    (await readFile(path, "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => line.slice(25));
  return { directory, clock, path, log, lines };
}

test("lines that come while others are written keep their order", async (t) => {
  const { log, lines } = await open(t);
  const all = Array.from({ length: 5_000 }, (_, index) => `line ${index}`);
  for (const [index, line] of all.entries()) {
    log.line(line);
    if (index % 100 === 0) {
      await new Promise(setImmediate);
    }
  }
  await log.close();
  assert.deepEqual(await lines(), all);
});

test("while the disk refuses, lines wait; what is more than may wait is counted, and the log says so", async (t) => {
  const { log, lines, path, clock } = await open(t);
  await mkdir(path);
  const long = "x".repeat(16_000);
  const fit = Math.floor(maxWaiting / (long.length + 26));
  for (let line = 0; line < fit + 3; line++) {
    log.line(long);
  }
  await quiet();
  await rmdir(path);
  await clock.advance(1_000);
  log.line("and this one is left out, too");
  await quiet();
  log.line("well again");
  await log.close();
  const written = await lines();
  assert.equal(written.length, fit + 2);
  assert.equal(written[fit], "… 4 lines are left out: the disk was full, or slower than the work");
  assert.equal(written[fit + 1], "well again");
});

test("the end of a log writes what was still waiting", async (t) => {
  const { log, lines, path } = await open(t);
  await mkdir(path);
  log.line("one");
  await quiet();
  await rmdir(path);
  log.line("two");
  await log.close();
  assert.deepEqual(await lines(), ["one", "two"]);
});
