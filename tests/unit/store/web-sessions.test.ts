import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { openWebSessions, sessionLasts } from "../../../src/store/web-sessions.ts";
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
