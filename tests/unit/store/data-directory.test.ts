import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { lockDataDirectory } from "../../../src/store/data-directory.ts";
import { lowdbStore } from "../../../src/store/lowdb-store.ts";
import { manualClock } from "../../fakes/manual-clock.ts";
import { aDeployment, aRun } from "../../fakes/records.ts";

async function place(t: TestContext): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "switchyard-lock-"));
  t.after(() => rm(parent, { recursive: true, force: true }));
  return join(parent, "data");
}

test("the data directory is made, for the bot's user only", async (t) => {
  const directory = await place(t);
  const { unlock } = await lockDataDirectory(directory, () => {});
  assert.equal((await stat(directory)).mode & 0o777, 0o700);
  await unlock();
});

test("a second bot is refused, and told what to do", { timeout: 20_000 }, async (t) => {
  const directory = await place(t);
  const { unlock } = await lockDataDirectory(directory, () => {});
  await assert.rejects(
    lockDataDirectory(directory, () => {}),
    /another bot is at work on it \(process \d+ on .*\); stop that one, or set SWITCHYARD_DATA_DIR/,
  );
  await unlock();
});

test("after the first bot has gone the next one gets it", async (t) => {
  const directory = await place(t);
  await (await lockDataDirectory(directory, () => {})).unlock();
  await (await lockDataDirectory(directory, () => {})).unlock();
});

/** Another bot's hold, and the first thing that it says. */
async function another(t: TestContext, directory: string): Promise<{ child: ChildProcess; said: string }> {
  const path = join(import.meta.dirname, "../../fakes/holds-data.ts");
  const child = spawn(process.execPath, [path, directory], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  const [chunk] = await once(child.stdout ?? child, "data");
  return { child, said: String(chunk).trim() };
}

/** The processes that hold the lock file for this process, by what the kernel says of them. */
function holders(directory: string): number[] {
  return execFileSync("ps", ["-eo", "pid=,args="], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.endsWith(`flock -n ${join(directory, "lock")} cat`))
    .map((line) => Number.parseInt(line, 10));
}

test("a bot that is paused for longer than any wait keeps its directory, also when all its processes are", {
  timeout: 60_000,
}, async (t) => {
  const directory = await place(t);
  const { child, said } = await another(t, directory);
  assert.equal(said, "held");
  child.kill("SIGSTOP");
  const held = holders(directory);
  for (const pid of held) {
    process.kill(pid, "SIGSTOP");
  }
  t.after(() => {
    for (const pid of held) {
      process.kill(pid, "SIGCONT");
    }
  });
  await assert.rejects(
    lockDataDirectory(directory, () => {}),
    new RegExp(`another bot is at work on it \\(process ${child.pid} on .*One that is paused keeps it`),
  );
});

test("a bot that is killed frees its directory at once, and the next term is higher", {
  timeout: 60_000,
}, async (t) => {
  const directory = await place(t);
  const { child } = await another(t, directory);
  child.kill("SIGKILL");
  const { lease, unlock } = await lockDataDirectory(directory, () => {});
  assert.equal(lease.term, 2);
  lease.check();
  await unlock();
});

test("a bot whose lock's process is killed is told, and its store writes nothing more", async (t) => {
  const directory = await place(t);
  const { promise: lost, resolve } = Promise.withResolvers<Error>();
  const { lease } = await lockDataDirectory(directory, resolve);
  const store = await lowdbStore(directory, manualClock(), lease);
  const [holder] = holders(directory);
  process.kill(holder ?? 0, "SIGKILL");
  assert.match(
    (await lost).message,
    /is not this bot's any more: the process that held the lock ended \(SIGKILL\)/,
  );
  await assert.rejects(
    store.begin(aRun(), [aDeployment()], () => null),
    /does not hold the data directory any more .* writes nothing/,
  );
  assert.deepEqual(await store.open(), []);
});

test("a bot whose term is not the present one writes nothing, and neither does one whose lock file is gone", async (t) => {
  const directory = await place(t);
  for (const [change, why] of [
    [() => writeFile(join(directory, "lock"), '{"term":99}'), /its term was \d, now it is 99/],
    [() => rm(join(directory, "lock")), /its lock file is gone/],
  ] as const) {
    const told: string[] = [];
    const { lease, unlock } = await lockDataDirectory(directory, (error) => told.push(error.message));
    const store = await lowdbStore(directory, manualClock(), lease);
    await change();
    await assert.rejects(
      store.begin(aRun(), [aDeployment()], () => null),
      why,
    );
    assert.match(told.join("|"), why, "the bot is told, and ends");
    await unlock();
    await rm(join(directory, "lock"), { force: true });
  }
});

test("a lock file that somebody removed lets a second bot in, and the first one writes nothing from then on", async (t) => {
  const directory = await place(t);
  const told: string[] = [];
  const first = await lockDataDirectory(directory, (error) => told.push(error.message));
  const store = await lowdbStore(directory, manualClock(), first.lease);
  await rm(join(directory, "lock"));
  const second = await lockDataDirectory(directory, () => {});
  assert.equal(second.lease.term, first.lease.term, "a new lock file counts from the start");
  await assert.rejects(
    store.begin(aRun(), [aDeployment()], () => null),
    /its lock file is another bot's/,
  );
  assert.equal(told.length, 1);
  second.lease.check();
  await first.unlock();
  await second.unlock();
});

test("a lock file that was emptied or damaged hinders no start", async (t) => {
  const directory = await place(t);
  await mkdir(directory);
  for (const text of ["", "\0".repeat(80), '{"term":"x"}', '{"term":-5}', "[]"]) {
    await writeFile(join(directory, "lock"), text);
    const { lease, unlock } = await lockDataDirectory(directory, () => {});
    lease.check();
    await unlock();
  }
});

test("the lock lies inside the data directory, and nothing beside it", async (t) => {
  const directory = await place(t);
  const { unlock } = await lockDataDirectory(directory, () => {});
  assert.deepEqual(await readdir(join(directory, "..")), ["data"]);
  assert.deepEqual(await readdir(directory), ["lock"]);
  await unlock();
});

test("a machine without flock is told so, with what to install", async (t) => {
  const directory = await place(t);
  const path = process.env["PATH"];
  const tools = join(directory, "../bin");
  await mkdir(tools);
  await writeFile(join(tools, "sh"), `#!/bin/sh\nPATH=${tools} exec /bin/sh "$@"\n`);
  await chmod(join(tools, "sh"), 0o755);
  process.env["PATH"] = tools;
  t.after(() => {
    process.env["PATH"] = path;
  });
  await assert.rejects(
    lockDataDirectory(directory, () => {}),
    /there is no flock on the bot's PATH\. Install util-linux \(macOS: brew install flock\)/,
  );
});

test("a lock that root made is the directory owner's", { skip: process.getuid?.() !== 0 }, async (t) => {
  const directory = await place(t);
  await mkdir(directory);
  await chown(directory, 1234, 1234);
  const { unlock } = await lockDataDirectory(directory, () => {});
  assert.equal((await stat(join(directory, "lock"))).uid, 1234);
  await unlock();
});
