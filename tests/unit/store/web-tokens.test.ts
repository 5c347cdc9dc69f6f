import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
  addWebToken,
  hashToken,
  openWebTokens,
  readWebTokens,
  refuseTokenName,
  revokeWebToken,
  webTokensPath,
} from "../../../src/store/web-tokens.ts";

const now = new Date("2026-11-23T10:00:00.000Z");

async function place(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "switchyard-tokens-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return webTokensPath(join(directory, "data"));
}

async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!isSo()) {
    assert.ok(Date.now() < end, `${isSo} did not come true`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("a token has 256 random bits, and only its hash is kept, for the bot's user alone", async (t) => {
  const path = await place(t);
  const token = await addWebToken(path, "alice", now);
  assert.match(token, /^swy_[A-Za-z0-9_-]{43}$/);
  assert.notEqual(token, await addWebToken(path, "bob", now));
  const text = await readFile(path, "utf8");
  assert.equal(text.includes(token), false);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual((await readWebTokens(path))[0], {
    name: "alice",
    hash: hashToken(token),
    createdAt: now.toISOString(),
  });
});

test("a new token takes the place of the person's older one", async (t) => {
  const path = await place(t);
  await addWebToken(path, "alice", now);
  const second = await addWebToken(path, "alice", now);
  assert.deepEqual(
    (await readWebTokens(path)).map(({ hash }) => hash),
    [hashToken(second)],
  );
});

test("a revoked token is gone; nobody's cannot be revoked", async (t) => {
  const path = await place(t);
  await addWebToken(path, "alice", now);
  assert.equal(await revokeWebToken(path, "alice"), true);
  assert.equal(await revokeWebToken(path, "alice"), false);
  assert.deepEqual(await readWebTokens(path), []);
});

test("tokens that are made at the same time are all kept", async (t) => {
  const path = await place(t);
  const names = ["a", "b", "c", "d", "e"];
  await Promise.all(names.map((name) => addWebToken(path, name, now)));
  assert.deepEqual((await readWebTokens(path)).map(({ name }) => name).sort(), names);
});

test("the running bot takes up what changes; a damaged file is told, and the last tokens stay in force", {
  timeout: 30_000,
}, async (t) => {
  const path = await place(t);
  const troubles: unknown[] = [];
  let wellAgain = 0;
  await addWebToken(path, "alice", now);
  const tokens = await openWebTokens(path, (error) => {
    if (error !== null) {
      troubles.push(error);
    } else {
      wellAgain += 1;
    }
  });
  t.after(() => tokens.stop());
  assert.deepEqual(
    tokens.current().map(({ name }) => name),
    ["alice"],
  );
  await addWebToken(path, "bob", now);
  await until(() => tokens.current().length === 2);
  await revokeWebToken(path, "alice");
  await until(() => tokens.current().length === 1);
  await writeFile(path, "{ half");
  await until(() => troubles.length > 0);
  assert.match(String(troubles[0]), /web-tokens\.json: it is damaged/);
  assert.deepEqual(
    tokens.current().map(({ name }) => name),
    ["bob"],
  );
  const before = wellAgain;
  await rm(path);
  await addWebToken(path, "carol", now);
  await until(() => wellAgain > before);
  await until(() => tokens.current()[0]?.name === "carol");
});

test("names are short words, and the owner's cannot be had", () => {
  assert.equal(refuseTokenName("alice"), null);
  assert.equal(refuseTokenName("ci.release-2"), null);
  for (const name of ["Alice", "", "-x", "a b", "a".repeat(33), "token", "owner", "you", "a:b"]) {
    assert.notEqual(refuseTokenName(name), null, name);
  }
});

test("tokens of a newer format stop the start, and no command changes them", async (t) => {
  const path = await place(t);
  await addWebToken(path, "alice", now);
  await writeFile(path, '{"version":7}');
  const newer = /a newer Switchyard wrote it \(format 7, this one knows 1\)/;
  await assert.rejects(
    openWebTokens(path, () => {}),
    newer,
  );
  await assert.rejects(addWebToken(path, "bob", now), newer);
  assert.equal(await readFile(path, "utf8"), '{"version":7}');
});

test("a lock that a killed command left behind keeps nobody out", async (t) => {
  const path = await place(t);
  await addWebToken(path, "alice", now);
  await writeFile(`${path}.lock`, "");
  await addWebToken(path, "bob", now);
  assert.equal((await readWebTokens(path)).length, 2);
});
