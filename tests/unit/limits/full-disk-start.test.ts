import assert from "node:assert/strict";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { lockDataDirectory } from "../../../src/store/data-directory.ts";
import { makeLoginCode, spendLoginCode } from "../../../src/store/login-codes.ts";
import { lowdbStore } from "../../../src/store/lowdb-store.ts";
import { diskReserve } from "../../../src/store/reserve.ts";
import { openWebSessions } from "../../../src/store/web-sessions.ts";
import { addWebToken, readWebTokens, revokeWebToken, webTokensPath } from "../../../src/store/web-tokens.ts";
import { createTroubles } from "../../../src/troubles/troubles.ts";
import { manualClock } from "../../fakes/manual-clock.ts";
import { noSmallDisk, smallDisk } from "../../fakes/small-disk.ts";

const onDisk = noSmallDisk === null ? {} : { skip: noSmallDisk };
const size = 256 * 1024;
const now = new Date("2026-11-23T10:00:00.000Z");

function keeping(directory: string, told: (string | null)[] = []) {
  return diskReserve({
    directory,
    size,
    onFull: (cause) => void told.push(cause),
    onError: (error) => assert.fail(error),
  });
}

const sizeOf = (directory: string) => stat(join(directory, "reserve")).then((file) => file.size);

test(
  "a bot starts on a full disk with half of its reserve, says so, and has the other half for a roll back",
  onDisk,
  async (t) => {
    const disk = await smallDisk(t);
    const told: (string | null)[] = [];
    const reserve = keeping(disk.directory, told);
    await (await lockDataDirectory(disk.directory, () => {})).unlock();
    await lowdbStore(disk.directory, manualClock());
    await reserve.keep();
    await disk.fill();
    assert.equal(await sizeOf(disk.directory), size);
    const { lease, unlock } = await lockDataDirectory(disk.directory, () => {});
    t.after(unlock);
    assert.equal(await sizeOf(disk.directory), size / 2);
    const store = await lowdbStore(disk.directory, manualClock(), lease);
    await store.setInventory(["yoga"]);
    await reserve.keep();
    assert.match(
      told.at(-1) ?? "",
      /^The disk of \S+ is full, or nearly: half of its reserve was given up, what cannot be written is not begun, and 128 KiB are kept for roll backs\.$/,
    );
    await disk.fill();
    await reserve.makeRoom();
    await store.setInventory(["yoga", "vps"]);
    assert.match(told.at(-1) ?? "", /its reserve was given up for a roll back/);
  },
);

test(
  "a full disk without a reserve stops the start with a sentence, and a second bot takes nothing from the first",
  onDisk,
  async (t) => {
    const disk = await smallDisk(t);
    const first = await lockDataDirectory(disk.directory, () => {});
    t.after(first.unlock);
    await keeping(disk.directory).keep();
    const before = await sizeOf(disk.directory);
    await disk.fill();
    await assert.rejects(
      lockDataDirectory(disk.directory, () => {}),
      /another bot is at work on it/,
    );
    assert.equal(await sizeOf(disk.directory), before);
    await first.unlock();
    for (let starts = 0; starts < 30; starts++) {
      const started = await lockDataDirectory(disk.directory, () => {}).catch((error: unknown) => error);
      if (started instanceof Error) {
        assert.match(
          started.message,
          /cannot be written: the disk is full, and no reserve is left to start with\. Free some space there/,
        );
        return;
      }
      await (started as { unlock(): Promise<void> }).unlock();
      await disk.fill();
    }
    assert.fail("it never was without a reserve");
  },
);

test(
  "people sign in and out of the page while the disk is full, and it is written when it can be",
  onDisk,
  async (t) => {
    const disk = await smallDisk(t);
    const clock = manualClock();
    const quietly = { error: () => {}, info: () => {} };
    const troubles = createTroubles({ clock, mask: (text) => text, log: quietly });
    const open = () => openWebSessions(disk.directory, clock, undefined, troubles);
    const sessions = await open();
    await sessions.begin("before", "token");
    await disk.fill();
    await sessions.begin("during", "token");
    await sessions.end("before");
    assert.deepEqual([sessions.tokenOf("during"), sessions.tokenOf("before")], ["token", null]);
    assert.match(
      troubles.all()[0]?.words ?? "",
      /^web-sessions\.json cannot be written \(the disk is full\): who signs in or out of the page now has done so until the bot stops\. Free some space there\.$/,
    );
    await disk.free();
    await sessions.retry();
    assert.deepEqual(troubles.all(), []);
    const after = await open();
    assert.deepEqual([after.tokenOf("during"), after.tokenOf("before")], ["token", null]);
  },
);

test(
  "tokens and login links on a full disk: a clear refusal, nothing half done; to take a token away goes before",
  onDisk,
  async (t) => {
    const disk = await smallDisk(t);
    const path = webTokensPath(disk.directory);
    await addWebToken(path, "alice", now);
    const code = await makeLoginCode(disk.directory, "a".repeat(64), now.getTime());
    await keeping(disk.directory).keep();
    await disk.fill();
    const file = await readFile(path, "utf8");
    await assert.rejects(
      addWebToken(path, "bob", now),
      /^Error: writing \S+web-tokens\.json: the disk is full\. Nothing was changed\. Free some space there\.$/,
    );
    await assert.rejects(
      makeLoginCode(disk.directory, "a".repeat(64), now.getTime()),
      /^Error: making a login link: the disk is full\. Nothing was changed\. Free some space there\.$/,
    );
    assert.equal(await readFile(path, "utf8"), file);
    assert.deepEqual(
      (await readdir(disk.directory)).filter((name) => /web-tokens\.json\.\d/.test(name)),
      [],
      "no half-written file is left",
    );
    assert.equal(await spendLoginCode(disk.directory, code, now.getTime()), "a".repeat(64), "a link works");
    await disk.fill();
    assert.equal(await revokeWebToken(path, "alice"), true);
    assert.deepEqual(await readWebTokens(path), []);
  },
);
