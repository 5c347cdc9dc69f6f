import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { logFiles, logKind, logName } from "../../../src/logs/log-files.ts";
import { redactor } from "../../../src/logs/redact.ts";
import { manualClock } from "../../fakes/manual-clock.ts";
import { aDeployment } from "../../fakes/records.ts";

async function open(t: TestContext, secrets: readonly string[] = [], bound = 1e6) {
  const directory = await mkdtemp(join(tmpdir(), "switchyard-logs-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const clock = manualClock("2026-11-23T07:41:08.850Z");
  return { directory, clock, logs: logFiles(directory, clock, redactor(secrets), () => bound) };
}

test("names: folder, kind, host and the time in UTC", () => {
  const now = new Date("2026-11-23T07:41:08.850Z");
  assert.equal(logName("deploy", "yoga", now), "logs/deploy/deploy-yoga-20261123-074108.log");
  assert.equal(logName("dry-run", "yoga", now), "logs/deploy/dry-run-yoga-20261123-074108.log");
  assert.equal(logName("build", "yoga", now), "logs/build/build-yoga-20261123-074108.log");
  assert.equal(logName("build-all", null, now), "logs/build/build-all-20261123-074108.log");
  assert.deepEqual((["deploy", "dry-run", "build-only", "rollback"] as const).map(logKind), [
    "deploy",
    "dry-run",
    "build",
    "deploy",
  ]);
});

test("a name that is taken gets a suffix, and no file is written over", async (t) => {
  const { logs, directory } = await open(t);
  const files = await Promise.all([1, 2, 3].map(() => logs.create("deploy", "yoga")));
  for (const [index, file] of files.entries()) {
    file.line(`file ${index}`);
    await file.close();
  }
  assert.deepEqual(files.map(({ path }) => path).toSorted(), [
    "logs/deploy/deploy-yoga-20261123-074108-2.log",
    "logs/deploy/deploy-yoga-20261123-074108-3.log",
    "logs/deploy/deploy-yoga-20261123-074108.log",
  ]);
  for (const [index, file] of files.entries()) {
    assert.match(await readFile(join(directory, file.path), "utf8"), new RegExp(`^\\S+ file ${index}\n$`));
  }
});

test("each line has its time, and the file is for the bot's user only", async (t) => {
  const { logs, directory, clock } = await open(t);
  const file = await logs.create("deploy", "yoga");
  file.line("one");
  await clock.advance(1_500);
  file.line("two");
  await file.close();
  assert.equal(
    await readFile(join(directory, file.path), "utf8"),
    "2026-11-23T07:41:08.850Z one\n2026-11-23T07:41:10.350Z two\n",
  );
  assert.equal((await stat(join(directory, file.path))).mode & 0o777, 0o600);
});

test("after a restart a log goes on where it was", async (t) => {
  const { logs, directory } = await open(t);
  const file = await logs.create("deploy", "yoga");
  file.line("before");
  await file.close();
  const again = await logs.reopen(file.path);
  again.line("after");
  await again.close();
  assert.match(await readFile(join(directory, file.path), "utf8"), /before\n.* after\n/);
});

test("the log of what was refused after all is taken away", async (t) => {
  const { logs, directory } = await open(t);
  await (await logs.create("deploy", "yoga")).remove();
  assert.deepEqual(await readdir(join(directory, "logs/deploy")), []);
});

test("secrets are masked in logs and in .info", async (t) => {
  const { logs, directory } = await open(t, ["s3cret-token-of-the-page"]);
  const file = await logs.create("deploy", "yoga");
  file.line("GET /?token=s3cret-token-of-the-page and s3cret-token-of-the-page again");
  await file.close();
  const deployment = aDeployment({ log: file.path, reason: "because s3cret-token-of-the-page" });
  await logs.writeInfo(deployment);
  for (const path of [file.path, file.path.replace(".log", ".info")]) {
    const text = await readFile(join(directory, path), "utf8");
    assert.equal(text.includes("s3cret"), false);
    assert.match(text, /•••/);
  }
});

test(".info says what a log is of", async (t) => {
  const { logs, directory } = await open(t);
  const file = await logs.create("deploy", "yoga");
  await file.close();
  const deployment = aDeployment({
    log: file.path,
    reason: "a new kernel",
    revision: "abc",
    toplevel: "/nix/store/new",
    previous: "/nix/store/old",
    generation: 12,
    outcome: "deployed",
    message: "well",
    nixVersion: "2.26.3",
    finishedAt: "2026-11-23T10:05:00.000Z",
    times: { check: { startedAt: "2026-11-23T10:00:00.000Z", finishedAt: "2026-11-23T10:00:01.000Z" } },
  });
  await logs.writeInfo(deployment);
  assert.deepEqual(JSON.parse(await readFile(join(directory, file.path.replace(".log", ".info")), "utf8")), {
    id: "d-20261123-0001",
    run: "r-20261123-0001",
    host: "yoga",
    mode: "deploy",
    who: "Alice (web)",
    why: "a new kernel",
    ref: "origin/main",
    revision: "abc",
    toplevel: "/nix/store/new",
    previous: "/nix/store/old",
    generation: 12,
    times: {
      asked: "2026-11-23T10:00:00.000Z",
      ended: "2026-11-23T10:05:00.000Z",
      phases: { check: { startedAt: "2026-11-23T10:00:00.000Z", finishedAt: "2026-11-23T10:00:01.000Z" } },
    },
    outcome: "deployed",
    message: "well",
    nix: "2.26.3",
  });
});

async function text(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) {
    all.push(chunk);
  }
  return Buffer.concat(all).toString();
}

test("a read that does not follow gives what is there and ends", async (t) => {
  const { logs } = await open(t);
  const file = await logs.create("deploy", "yoga");
  file.line("one");
  await file.close();
  assert.match(await text(logs.read(file.path, null)), / one\n$/);
});

test("a read that follows gives every line once, until it is over", async (t) => {
  const { logs, clock } = await open(t);
  const file = await logs.create("deploy", "yoga");
  let isOver = false;
  const { signal } = new AbortController();
  file.line("one");
  const reading = text(logs.read(file.path, { isOver: () => isOver, signal }));
  await clock.advance(1_000);
  file.line("two");
  await clock.advance(1_000);
  file.line("three, the last");
  await file.close();
  isOver = true;
  const whole = await clock.settle(reading);
  assert.deepEqual(
    whole
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/^\S+ /, "")),
    ["one", "two", "three, the last"],
  );
});

test("a reader that leaves ends the following", async (t) => {
  const { logs, clock } = await open(t);
  const file = await logs.create("deploy", "yoga");
  const controller = new AbortController();
  const reading = text(logs.read(file.path, { isOver: () => false, signal: controller.signal }));
  await clock.advance(1_000);
  controller.abort();
  await clock.settle(reading);
  await file.close();
});

test("a folder that cannot be made is an error that names the log", async (t) => {
  const { logs, directory } = await open(t);
  await writeFile(join(directory, "logs"), "a file in its place");
  await assert.rejects(logs.create("deploy", "yoga"));
});
