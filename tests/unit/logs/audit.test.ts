import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { verifyAudit } from "../../../src/audit-command.ts";
import { quiet } from "../../fakes/manual-clock.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";
import { entry, open, problems, soundFile, who } from "./audit-directory.ts";

test("each line has its number, its hash and the hash of the line before, over restarts of the bot", async (t) => {
  const { start, lines, directory } = await open(t);
  await start().append({ ...entry("/deploy yoga\nsecond line"), more: { host: "yoga", why: null } });
  await start().append(entry("first-secret"));
  const [first, second] = await lines();
  assert.deepEqual(first, {
    seq: 1,
    at: "2026-11-23T10:00:00.000Z",
    who,
    what: "asked",
    about: "/deploy yoga\nsecond line",
    detail: "",
    host: "yoga",
    why: null,
    previous: "0".repeat(64),
    hash: first.hash,
  });
  assert.deepEqual([second.seq, second.about, second.previous], [2, "•••", first.hash]);
  assert.deepEqual(await problems(directory), []);
});

test("entries that come at once are written one after the other", async (t) => {
  const { start, lines, directory } = await open(t);
  const audit = start();
  await Promise.all(Array.from({ length: 50 }, (_, index) => audit.append(entry(String(index)))));
  assert.deepEqual(
    (await lines()).map(({ about }) => about),
    Array.from({ length: 50 }, (_, index) => String(index)),
  );
  assert.deepEqual(await problems(directory), []);
  assert.equal((await audit.open()).seq, 50);
});

test("while the disk takes nothing entries are kept, and are written when it does", async (t) => {
  const { start, path, clock, lines, directory } = await open(t);
  await mkdir(path);
  const audit = start();
  await assert.rejects(
    audit.append(entry("one")),
    /the entry is kept, and is written when the disk takes it/,
  );
  await assert.rejects(audit.append(entry("two")));
  await rmdir(path);
  await clock.advance(5_000);
  assert.deepEqual(
    (await lines()).map(({ about }) => about),
    ["one", "two"],
  );
  assert.equal(clock.sleeping, 0, "nothing is tried any more");
  assert.deepEqual(await problems(directory), []);
});

test("more than is kept is counted, and the count stands in the audit", async (t) => {
  const { start, path, clock, lines } = await open(t);
  await mkdir(path);
  const audit = start();
  for (let number = 1; number <= 1_003; number++) {
    await audit.append(entry(String(number))).catch(() => {});
  }
  await rmdir(path);
  await clock.advance(5_000);
  const [first, second] = await lines();
  assert.deepEqual([first.what, second.about], ["lost", "4"]);
  assert.match(first.detail, /^3 entries before this one were lost/);
});

test("the end of the bot writes what is kept, and stops trying", async (t) => {
  const { start, path, clock, lines } = await open(t);
  await mkdir(path);
  const audit = start();
  await audit.append(entry("one")).catch(() => {});
  await rmdir(path);
  await audit.close();
  await quiet();
  assert.equal((await lines()).length, 1);
  assert.equal(clock.sleeping, 0);
});

test("an audit of before there was a chain is kept whole under another name", async (t) => {
  const { start, path, directory, lines } = await open(t);
  const old = '{"at":"2026-11-01T00:00:00.000Z","what":"asked"}\n'.repeat(3);
  await writeFile(path, old);
  await start().append(entry("new"));
  const aside = (await readdir(directory)).find((name) => name.startsWith("audit.jsonl.before-"));
  assert.equal(await readFile(join(directory, aside ?? ""), "utf8"), old);
  const [found, asked] = await lines();
  assert.match(found.detail, /its 3 lines had no chain; .* whose SHA-256 is [0-9a-f]{64}/);
  assert.equal(asked.about, "new");
  assert.deepEqual(await problems(directory), []);
});

test("the command says how many lines are sound, or what is wrong", async (t) => {
  const { path, directory } = await soundFile(t, 4);
  assert.match(
    await verifyAudit(directory),
    /^4 lines are sound; the last one is number 4, with the hash [0-9a-f]{64}\.$/,
  );
  await writeFile(path, (await readFile(path, "utf8")).replace("yoga 2", "yoga 3"));
  await assert.rejects(verifyAudit(directory), /line 2 was changed/);
  assert.match(await verifyAudit(await scratchDirectory(t)), /no lines yet/);
});

test("a head of a newer format is no damage: the audit is left alone, and the start is refused", async (t) => {
  const { start, head, path } = await soundFile(t, 2);
  const before = await readFile(path, "utf8");
  await writeFile(head, '{"version":7}');
  await assert.rejects(start().open(), /audit-head\.json: a newer Switchyard wrote it \(format 7/);
  assert.equal(await readFile(path, "utf8"), before);
});
