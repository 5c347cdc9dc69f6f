import assert from "node:assert/strict";
import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { keepSweeping, logsToRemove, sweepLogs } from "../../../src/logs/retention.ts";
import { manualClock } from "../../fakes/manual-clock.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";

const day = 24 * 60 * 60 * 1000;
const now = Date.parse("2026-11-23T10:00:00Z");
const log = (path: string, days: number, size = 100) => ({ path, size, modifiedAt: now - days * day });
const paths = (found: readonly { path: string; why: string }[]) =>
  found.map(({ path, why }) => `${path} ${why}`);

test("what is older than its time goes, and the newer stays", () => {
  const found = logsToRemove([log("new", 89), log("old", 91)], new Set(), { age: 90 * day, size: 1e9 }, now);
  assert.deepEqual(paths(found), ["old age"]);
});

test("above the size the oldest go first, and no more than has to", () => {
  const logs = [log("c", 1), log("a", 3), log("b", 2)];
  assert.deepEqual(paths(logsToRemove(logs, new Set(), { age: 90 * day, size: 250 }, now)), ["a size"]);
  assert.deepEqual(paths(logsToRemove(logs, new Set(), { age: 90 * day, size: 0 }, now)), [
    "a size",
    "b size",
    "c size",
  ]);
});

test("logs of open deployments and those that are written to stay, whatever their size", () => {
  const logs = [log("open", 200), log("fresh", 0.1, 1e12), log("old", 200)];
  assert.deepEqual(paths(logsToRemove(logs, new Set(["open"]), { age: day, size: 1 }, now)), ["old age"]);
});

test("a long log counts and goes with all its parts, and parts without a log go, too", async (t) => {
  const directory = await scratchDirectory(t);
  const old = new Date(now - 3 * day);
  const parts = ["build-yoga-1.log.tail/0000000000001000", "build-yoga-1.log.tail/0000000000009000"];
  const orphan = "build-yoga-0.log.tail/0000000000001000";
  for (const file of ["build-yoga-1.log", ...parts, orphan, "build-yoga-2.log"]) {
    const path = join(directory, "logs/build", file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, "x".repeat(100));
    await utimes(path, old, file === "build-yoga-2.log" ? new Date(now - 2 * day) : old);
  }
  const removed = await sweepLogs(directory, new Set(), { age: 90 * day, size: 150 }, now);
  assert.deepEqual(
    removed.map(({ path, size }) => `${path} ${size}`),
    ["logs/build/build-yoga-0.log 100", "logs/build/build-yoga-1.log 300"],
  );
  assert.deepEqual(await readdir(join(directory, "logs/build")), ["build-yoga-2.log"]);
});

test("a sweep removes logs, and no .info and no audit", async (t) => {
  const directory = await scratchDirectory(t);
  for (const folder of ["logs/deploy", "logs/build"]) {
    await mkdir(join(directory, folder), { recursive: true });
  }
  const old = new Date(now - 100 * day);
  for (const file of [
    "logs/deploy/deploy-yoga-1.log",
    "logs/deploy/deploy-yoga-1.info",
    "logs/build/build-all-1.log",
    "logs/deploy/deploy-yoga-2.log",
    "audit.jsonl",
  ]) {
    await writeFile(join(directory, file), "x");
    await utimes(join(directory, file), old, old);
  }
  const open = new Set(["logs/deploy/deploy-yoga-2.log"]);
  const removed = await sweepLogs(directory, open, { age: 90 * day, size: 1e9 }, now);
  assert.deepEqual(removed.map(({ path }) => path).sort(), [
    "logs/build/build-all-1.log",
    "logs/deploy/deploy-yoga-1.log",
  ]);
  assert.deepEqual((await readdir(join(directory, "logs/deploy"))).sort(), [
    "deploy-yoga-1.info",
    "deploy-yoga-2.log",
  ]);
  assert.ok((await readdir(directory)).includes("audit.jsonl"));
});

test("it is swept at the start and each day, and what went is logged", async (t) => {
  const directory = await scratchDirectory(t);
  await mkdir(join(directory, "logs/deploy"), { recursive: true });
  const file = join(directory, "logs/deploy/deploy-yoga-1.log");
  const said: string[] = [];
  const clock = manualClock("2026-11-23T10:00:00Z");
  const stop = new AbortController();
  const put = async () => {
    await writeFile(file, "x");
    await utimes(file, new Date(clock.now() - 100 * day), new Date(clock.now() - 100 * day));
  };
  await put();
  const sweeping = keepSweeping({
    directory,
    retention: { age: 90 * day, size: 1e9 },
    openLogs: async () => [],
    clock,
    log: {
      info: (details) => said.push(JSON.stringify(details)),
      warn: (details) => said.push(String(details)),
    },
    signal: stop.signal,
  });
  await clock.until(async () => said.length === 1, "the first sweep");
  assert.match(said[0] ?? "", /deploy-yoga-1\.log \(age\)/);
  await put();
  await clock.until(async () => said.length === 2, "the next sweep");
  stop.abort();
  await clock.settle(sweeping);
});
