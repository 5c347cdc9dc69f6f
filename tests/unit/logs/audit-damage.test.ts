import assert from "node:assert/strict";
import { copyFile, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { chainedLine } from "../../../src/logs/audit-chain.ts";
import { entry, open, problems, soundFile } from "./audit-directory.ts";

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
