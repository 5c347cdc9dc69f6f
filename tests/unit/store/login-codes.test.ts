import assert from "node:assert/strict";
import { chown, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { makeLoginCode, spendLoginCode } from "../../../src/store/login-codes.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";

const isRoot = process.getuid?.() === 0;
const bot = { uid: 47_110, gid: 47_111 };

test("what root's command makes for a login link belongs to the bot's user, who has the directory", {
  skip: !isRoot && "only root can give a directory away",
}, async (t) => {
  const directory = await scratchDirectory(t);
  await chown(directory, bot.uid, bot.gid);
  const code = await makeLoginCode(directory, "a".repeat(64), 0);
  const folder = join(directory, "login-codes");
  const [file = ""] = await readdir(folder);
  for (const [path, mode] of [
    [folder, 0o700],
    [join(folder, file), 0o600],
  ] as const) {
    const found = await stat(path);
    assert.deepEqual([found.uid, found.gid, found.mode & 0o777], [bot.uid, bot.gid, mode], path);
  }
  assert.equal(await spendLoginCode(directory, code, 1), "a".repeat(64));
  // A folder of root's, as an older version left one, is given away as well.
  await chown(folder, 0, 0);
  await makeLoginCode(directory, "b".repeat(64), 0);
  assert.equal((await stat(folder)).uid, bot.uid);
});
