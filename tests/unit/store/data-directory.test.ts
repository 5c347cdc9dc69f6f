import assert from "node:assert/strict";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { lockDataDirectory } from "../../../src/store/data-directory.ts";

async function place(t: TestContext): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "switchyard-lock-"));
  t.after(() => rm(parent, { recursive: true, force: true }));
  return join(parent, "data");
}

test("the data directory is made, for the bot's user only", async (t) => {
  const directory = await place(t);
  const unlock = await lockDataDirectory(directory, () => {});
  assert.equal((await stat(directory)).mode & 0o777, 0o700);
  await unlock();
});

test("a second bot is refused, and told what to do", { timeout: 20_000 }, async (t) => {
  const directory = await place(t);
  const unlock = await lockDataDirectory(directory, () => {});
  await assert.rejects(
    lockDataDirectory(directory, () => {}),
    /another bot is at work on it; stop that one, or set SWITCHYARD_DATA_DIR/,
  );
  await unlock();
});

test("after the first bot has gone the next one gets it", async (t) => {
  const directory = await place(t);
  await (await lockDataDirectory(directory, () => {}))();
  await (await lockDataDirectory(directory, () => {}))();
});
