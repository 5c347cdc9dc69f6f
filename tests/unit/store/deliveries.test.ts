import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Delivery } from "../../../src/store/deliveries.ts";
import {
  deliveryLasts,
  keepDeliveries,
  mostDeliveries,
  openDeliveries,
} from "../../../src/store/delivery-file.ts";
import { manualClock } from "../../fakes/manual-clock.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";

const delivery = (id: string, change: Partial<Delivery> = {}): Delivery => ({
  surface: "slack",
  ids: [`event:${id}`],
  said: "/deploy yoga",
  user: "U1",
  key: id,
  answerTo: { channel: "C1" },
  ...change,
});

async function place(t: TestContext) {
  const directory = await scratchDirectory(t);
  const clock = manualClock();
  const troubles: string[] = [];
  const mask = (text: string) => text.replace("hunter22", "•••");
  const onTrouble = (message: string) => void troubles.push(message);
  return { directory, clock, troubles, open: () => openDeliveries({ directory, clock, onTrouble, mask }) };
}

test("what was accepted is on the disk before it is acknowledged, and is known after a restart by any of its names", async (t) => {
  const { directory, open } = await place(t);
  const first = await open();
  assert.equal(await first.accept(delivery("1", { ids: ["event:1", "envelope:a"] })), true);
  const file = JSON.parse(await readFile(join(directory, "deliveries.json"), "utf8"));
  assert.deepEqual(file.deliveries[0].ids, ["event:1", "envelope:a"]);
  assert.equal(
    await first.accept(delivery("1", { ids: ["event:1", "envelope:b"] })),
    false,
    "and before one",
  );
  const second = await open();
  assert.equal(await second.accept(delivery("x", { ids: ["envelope:a"] })), false);
  assert.equal(await second.accept(delivery("1", { surface: "discord" })), true, "another platform's id");
});

test("two deliveries of one thing that come at the same moment are one", async (t) => {
  const { open } = await place(t);
  const file = await open();
  const both = await Promise.all([file.accept(delivery("1")), file.accept(delivery("1"))]);
  assert.deepEqual(both, [true, false]);
});

test("what was accepted and not done when the bot stopped is given out once, to its platform", async (t) => {
  const { open } = await place(t);
  const first = await open();
  for (const id of ["done", "lost"]) {
    await first.accept(delivery(id));
  }
  await first.accept(delivery("silent", { said: null }));
  await first.accept(delivery("other", { surface: "discord" }));
  first.done(["event:done"]);
  assert.deepEqual(first.takeLost("slack"), [], "this process is at work on them");
  await first.close();
  const second = await open();
  assert.deepEqual(second.takeLost("slack"), [delivery("lost")]);
  assert.deepEqual(second.takeLost("slack"), [], "once");
  second.done(["event:lost"]);
  await second.close();
  const third = await open();
  assert.deepEqual(third.takeLost("slack"), []);
  assert.deepEqual(third.takeLost("discord"), [delivery("other", { surface: "discord" })]);
});

test("only so many are kept, and only for a day", async (t) => {
  const { clock, open } = await place(t);
  const file = await open();
  await file.accept(delivery("old"));
  await clock.advance(deliveryLasts);
  await file.accept(delivery("new"));
  assert.equal(await file.accept(delivery("old")), true, "a day is over");
  const memory = keepDeliveries(
    { data: { version: 1, deliveries: [] }, write: async () => {} },
    clock,
    () => {},
  );
  for (let count = 0; count <= mostDeliveries; count++) {
    await memory.accept(delivery(String(count)));
  }
  assert.equal(await memory.accept(delivery("1")), false);
  assert.equal(await memory.accept(delivery("0")), true, "the oldest gave way");
});

test("a disk that takes nothing keeps nobody from a roll back: it is said, and remembered in memory", async () => {
  const troubles: string[] = [];
  const file = keepDeliveries(
    { data: { version: 1, deliveries: [] }, write: async () => Promise.reject(new Error("ENOSPC")) },
    manualClock(),
    (message) => void troubles.push(message),
  );
  assert.equal(await file.accept(delivery("1")), true);
  assert.equal(await file.accept(delivery("1")), false);
  assert.match(troubles[0] ?? "", /writing deliveries.json: ENOSPC/);
});

test("a damaged file is put aside and said, and the bot goes on", async (t) => {
  const { directory, open, troubles } = await place(t);
  await writeFile(join(directory, "deliveries.json"), '{"version":1,"deliv');
  const file = await open();
  assert.equal(await file.accept(delivery("1")), true);
  assert.match(troubles[0] ?? "", /deliveries.json was damaged .*put aside as .*damaged-/);
});

test("a repetition waits until the first is on the disk, as it is acknowledged, too", async () => {
  const { promise: disk, resolve } = Promise.withResolvers<void>();
  const file = keepDeliveries(
    { data: { version: 1, deliveries: [] }, write: () => disk },
    manualClock(),
    () => {},
  );
  const answers: string[] = [];
  const both = [delivery("1"), delivery("1")].map(async (one, index) => {
    answers.push(`${index}: ${await file.accept(one)}`);
  });
  await new Promise((done) => setImmediate(done));
  assert.deepEqual(answers, []);
  resolve();
  await Promise.all(both);
  assert.deepEqual(answers.toSorted(), ["0: true", "1: false"]);
});

test("what was typed is kept masked, and is gone with all that could answer it once it is done", async (t) => {
  const { directory, open } = await place(t);
  const kept = async () =>
    JSON.parse(await readFile(join(directory, "deliveries.json"), "utf8")).deliveries[0];
  const file = await open();
  await file.accept(delivery("1", { said: "/deploy yoga --reason hunter22" }));
  assert.equal((await kept()).said, "/deploy yoga --reason •••");
  file.done(["event:1"]);
  await file.close();
  const { said, user, key, answerTo, ids, isDone } = await kept();
  assert.deepEqual([said, user, key, answerTo, ids, isDone], [null, null, null, null, ["event:1"], true]);
});
