import assert from "node:assert/strict";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { damageReader } from "../../../src/store/damage.ts";
import { LeaseLostError } from "../../../src/store/lease.ts";
import { mostOfOne, openWebSessions, sessionLasts } from "../../../src/store/web-sessions.ts";
import { manualClock } from "../../fakes/manual-clock.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";

test("a session is known after a restart, until it is ended", async (t) => {
  const directory = await scratchDirectory(t);
  const clock = manualClock();
  const before = await openWebSessions(directory, clock);
  await before.begin("session", "token");
  await before.begin("other", "token");
  await before.end("other");
  const after = await openWebSessions(directory, clock);
  assert.equal(after.tokenOf("session"), "token");
  assert.equal(after.tokenOf("other"), null);
  assert.equal(after.tokenOf("constructor"), null);
  assert.equal((await stat(join(directory, "web-sessions.json"))).mode & 0o777, 0o600);
});

test("a session ends by itself after its time, and leaves the file with the next one", async (t) => {
  const directory = await scratchDirectory(t);
  const clock = manualClock();
  const sessions = await openWebSessions(directory, clock);
  await sessions.begin("session", "token");
  await clock.advance(sessionLasts - 1);
  assert.equal(sessions.tokenOf("session"), "token");
  await clock.advance(1);
  assert.equal(sessions.tokenOf("session"), null);
  await sessions.begin("next", "token");
  assert.equal((await readFile(join(directory, "web-sessions.json"), "utf8")).includes('"session"'), false);
});

test("a session that could not be written was not begun, and one that could not be ended goes on", async (t) => {
  const directory = await scratchDirectory(t);
  let isLost = false;
  const lease = {
    term: 1,
    check() {
      if (isLost) {
        throw new LeaseLostError(directory, "its term was 1, now it is 2");
      }
    },
  };
  const sessions = await openWebSessions(directory, manualClock(), lease);
  await sessions.begin("kept", "token");
  isLost = true;
  await assert.rejects(sessions.begin("session", "token"), /does not hold the data directory/);
  await assert.rejects(sessions.end("kept"), /does not hold the data directory/);
  assert.deepEqual([sessions.tokenOf("session"), sessions.tokenOf("kept")], [null, "token"]);
});

test("a damaged file signs everybody out and is told; one of a newer format stops the start", async (t) => {
  const directory = await scratchDirectory(t);
  const path = join(directory, "web-sessions.json");
  await writeFile(path, "{");
  await openWebSessions(directory, manualClock());
  const [damage] = await damageReader(directory)();
  assert.match(
    damage?.what ?? "",
    /^web-sessions\.json was damaged; the damaged file is kept as \S+damaged-/,
  );
  await writeFile(path, '{"version":7}');
  await assert.rejects(openWebSessions(directory, manualClock()), /a newer Switchyard wrote it/);
});

test("who signs in again and again signs nobody else out", async (t) => {
  const sessions = await openWebSessions(await scratchDirectory(t), manualClock());
  await sessions.begin("owners", "owner");
  for (let count = 0; count < mostOfOne + 5; count++) {
    await sessions.begin(`mallorys-${count}`, "mallory");
  }
  assert.equal(sessions.tokenOf("owners"), "owner");
  assert.equal(sessions.tokenOf("mallorys-0"), null, "their own oldest gave way");
  assert.equal(sessions.tokenOf(`mallorys-${mostOfOne + 4}`), "mallory");
});
