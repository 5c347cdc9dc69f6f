import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { scratchDirectory } from "../../fakes/scratch.ts";

const gigabyte = 1024 ** 3;
const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** The flags that `npm start` gives to node. */
async function startFlags(): Promise<string[]> {
  const { scripts } = JSON.parse(await readFile(path("../../../package.json"), "utf8"));
  return String(scripts.start)
    .split(" ")
    .filter((word) => word.startsWith("--"));
}

test("a build that prints 1 GiB keeps the bot under 200 MB, and no line of its log is lost", {
  timeout: 5 * 60_000,
}, async (t) => {
  // On a disk, not in memory.
  const directory = await scratchDirectory(t, () => {}, tmpdir());
  const fixture = path("../../fixtures/build-log.txt");
  const args = [...(await startFlags()), path("big-log.ts"), directory, fixture, String(gigabyte)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 5 * 60_000 });
  const { exitCode, lines, seconds, cpu, size, rss, tail } = JSON.parse(stdout);
  t.diagnostic(`${Math.round(rss)} MB at most, ${seconds.toFixed(1)} s, ${cpu.toFixed(1)} s of processor`);
  const stamp = "2026-11-24T14:51:26.135Z ".length;
  assert.equal(exitCode, 0);
  assert.equal(size, gigabyte + lines * stamp + (tail.endsWith("\n") ? 1 : 0), "every byte is there");
  assert.equal(rss < 200, true, `${rss} MB`);
  // Some 45 s here. The machine may be busy, which shows in the time of the processor as well, if less.
  assert.equal(cpu < 90, true, `${cpu} s`);
});
