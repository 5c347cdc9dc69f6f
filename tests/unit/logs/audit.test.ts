import assert from "node:assert/strict";
import { copyFile, mkdir, readdir, readFile, rm, rmdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { verifyAudit } from "../../../src/audit-command.ts";
import { type AuditEntry, auditFile } from "../../../src/logs/audit.ts";
import { chainedLine } from "../../../src/logs/audit-chain.ts";
import { readAudit } from "../../../src/logs/audit-read.ts";
import { redactor } from "../../../src/logs/redact.ts";
import { manualClock, quiet } from "../../fakes/manual-clock.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";

const who = { surface: "slack", id: "U2", name: "Bob" };
const entry = (about: string): AuditEntry => ({ who, what: "asked", about, detail: "" });

async function open(t: TestContext) {
  const directory = await scratchDirectory(t);
  const clock = manualClock();
  const troubles: string[] = [];
  const start = () =>
    auditFile({
      directory,
      clock,
      redact: redactor(["first-secret"]),
      onTrouble: (trouble) => void troubles.push(trouble),
    });
  const path = join(directory, "audit.jsonl");
  const lines = async () =>
    (await readFile(path, "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  return { directory, clock, troubles, start, path, head: join(directory, "audit-head.json"), lines };
}

async function soundFile(t: TestContext, count: number) {
  const opened = await open(t);
  const audit = opened.start();
  for (let number = 1; number <= count; number++) {
    await audit.append(entry(`/deploy yoga ${number} ✓`));
  }
  return opened;
}

async function problems(directory: string): Promise<readonly string[]> {
  return (await readAudit(directory)).problems;
}

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

test("any one change, deletion, swap, doubling or cut of a sound file is found", async (t) => {
  const { path, directory } = await soundFile(t, 8);
  const sound = await readFile(path);
  const lines = sound.toString("latin1").slice(0, -1).split("\n");
  const index = fc.nat(lines.length - 1);
  const joined = (all: readonly string[]) => Buffer.from(all.map((line) => `${line}\n`).join(""), "latin1");
  const mutations = fc.oneof(
    fc.tuple(fc.nat(sound.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, by]) => {
      const bytes = Buffer.from(sound);
      bytes[at] = ((bytes[at] ?? 0) + by) % 256;
      return bytes;
    }),
    fc.nat(sound.length - 1).map((at) => Buffer.concat([sound.subarray(0, at), sound.subarray(at + 1)])),
    fc
      .tuple(fc.nat(sound.length), fc.integer({ min: 0, max: 255 }))
      .map(([at, byte]) => Buffer.concat([sound.subarray(0, at), Buffer.from([byte]), sound.subarray(at)])),
    index.map((at) => joined(lines.toSpliced(at, 1))),
    fc
      .tuple(index, index)
      .filter(([a, b]) => a !== b)
      .map(([a, b]) => joined(lines.with(a, lines[b] ?? "").with(b, lines[a] ?? ""))),
    fc
      .tuple(index, fc.nat(lines.length))
      .map(([from, to]) => joined(lines.toSpliced(to, 0, lines[from] ?? ""))),
    fc.nat(sound.length - 1).map((length) => sound.subarray(0, length)),
  );
  await fc.assert(
    fc.asyncProperty(mutations, async (bytes) => {
      await writeFile(path, bytes);
      assert.notDeepEqual(await problems(directory), []);
    }),
    { numRuns: 1_000 },
  );
  await writeFile(path, sound);
  assert.deepEqual(await problems(directory), []);
});

test("what is wrong is said with the line's number", async (t) => {
  const { path, directory } = await soundFile(t, 5);
  const sound = await readFile(path, "utf8");
  const lines = sound.trimEnd().split("\n");
  const told = async (content: string) => {
    await writeFile(path, content);
    return (await problems(directory)).join("; ");
  };
  const whole = (all: readonly string[]) => all.map((line) => `${line}\n`).join("");
  assert.equal(
    await told(sound.replace("yoga 3", "yoga 4")),
    "line 3 was changed: its hash does not fit what it says",
  );
  assert.match(await told(whole(lines.toSpliced(2, 1))), /^line 3 does not follow .* number 3 is missing$/);
  assert.match(
    await told(whole(lines.slice(0, 3))),
    /after line 3, 2 lines are missing: the head is at number 5/,
  );
  assert.match(await told(whole([...lines, lines[4] ?? ""])), /^line 6 does not follow/);
  assert.match(
    await told(sound.slice(0, -9)),
    /^line 5 is cut off after \d+ bytes; after line 4, a line is missing/,
  );
  assert.equal(
    await told(sound.replace("yoga 5", "yoga 6")),
    "line 5 was changed: its hash does not fit what it says",
  );
  assert.match(await told(""), /after line 0, 5 lines are missing/);
});

test("a file that was rewritten with hashes that fit is found by its head", async (t) => {
  const { path, directory, head } = await soundFile(t, 3);
  const other = await soundFile(t, 3);
  const rewritten = await open(t);
  const audit = rewritten.start();
  for (const about of ["/deploy yoga 1 ✓", "/deploy yoga 2 ✓", "/deploy hetzner-vps"]) {
    await audit.append(entry(about));
  }
  await copyFile(rewritten.path, path);
  assert.match((await problems(directory)).join(), /line 3 is not the one that the head names/);
  await copyFile(other.path, path);
  await rm(head);
  assert.match((await problems(directory)).join(), /audit-head.json is missing/);
});

test("a head that is one behind is a crash between the two writes, and is put right", async (t) => {
  const { start, directory, head, lines } = await soundFile(t, 2);
  const before = await readFile(head);
  await start().append(entry("three"));
  await writeFile(head, before);
  assert.deepEqual(await problems(directory), []);
  await start().append(entry("four"));
  assert.deepEqual(await problems(directory), []);
  assert.equal((await lines()).at(-1).seq, 4);
});

test("a line that a crash has torn is put aside and told, and the chain goes on", async (t) => {
  const { start, directory, path, troubles, lines } = await soundFile(t, 3);
  await writeFile(path, '{"seq":4,"at":"2026', { flag: "a" });
  await start().append(entry("after the crash"));
  const aside = (await readdir(directory)).find((name) => name.startsWith("audit.jsonl.torn-2026-11-23"));
  assert.equal(await readFile(join(directory, aside ?? ""), "utf8"), '{"seq":4,"at":"2026');
  assert.match(troubles.join(), /torn by a crash; its 19 bytes were put aside as audit.jsonl.torn-/);
  assert.deepEqual(
    (await lines()).slice(3).map(({ seq, what }) => [seq, what]),
    [
      [4, "found"],
      [5, "asked"],
    ],
  );
  assert.deepEqual(await problems(directory), []);
});

test("what was cut off stays to be seen after the bot has gone on", async (t) => {
  const { start, directory, path, troubles } = await soundFile(t, 5);
  const lines = (await readFile(path, "utf8")).split("\n");
  await writeFile(path, `${lines.slice(0, 3).join("\n")}\n`);
  await start().append(entry("later"));
  assert.match((await problems(directory)).join(), /line 4 does not follow .* numbers 4 to 5 are missing/);
  assert.match(troubles.join(), /2 lines are missing/);
});

test("somebody who changes the file of a running bot is noticed with the next entry", async (t) => {
  const { start, path, troubles } = await open(t);
  const audit = start();
  await audit.append(entry("one"));
  await audit.append(entry("two"));
  await truncate(path, 0);
  await audit.append(entry("three"));
  assert.match(troubles.join(), /2 lines are missing/);
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

test("a line that was written anew, with a hash that fits it, is found by the one after it", async (t) => {
  const { path, directory } = await soundFile(t, 4);
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  const before = JSON.parse(lines[0] ?? "");
  const { seq: _, previous, hash, ...fields } = JSON.parse(lines[1] ?? "");
  const forged = chainedLine({ ...fields, about: "/deploy hetzner-vps" }, { seq: 1, hash: before.hash });
  assert.equal(previous, before.hash);
  assert.notEqual(forged.head.hash, hash);
  await writeFile(path, `${lines.with(1, forged.line).join("\n")}\n`);
  assert.deepEqual(await problems(directory), [
    "line 3 does not follow the one before it: it follows another line than the one that stands there",
  ]);
});

test("a head of a newer format is no damage: the audit is left alone, and the start is refused", async (t) => {
  const { start, head, path } = await soundFile(t, 2);
  const before = await readFile(path, "utf8");
  await writeFile(head, '{"version":7}');
  await assert.rejects(start().open(), /audit-head\.json: a newer Switchyard wrote it \(format 7/);
  assert.equal(await readFile(path, "utf8"), before);
});
