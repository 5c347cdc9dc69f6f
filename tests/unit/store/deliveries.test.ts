import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { deadlines } from "../../../src/config/deadlines.ts";
import { damageReader } from "../../../src/store/damage.ts";
import type { Delivery } from "../../../src/store/deliveries.ts";
import {
  deliveryLasts,
  keepDeliveries,
  mostDeliveries,
  openDeliveries,
} from "../../../src/store/delivery-file.ts";
import { noTroubles, type Troubles } from "../../../src/troubles/troubles.ts";
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

function toldTo(list: string[]): Troubles {
  return {
    report: (key, cause) => void list.push(`${key}: ${cause}`),
    clear: (key) => void list.push(`${key}: over`),
  };
}

async function place(t: TestContext) {
  const directory = await scratchDirectory(t);
  const clock = manualClock();
  const troubles: string[] = [];
  const mask = (text: string) => text.replace("hunter22", "•••");
  return {
    directory,
    clock,
    troubles,
    open: () => openDeliveries({ directory, clock, troubles: toldTo(troubles), mask }),
  };
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
    noTroubles,
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
    toldTo(troubles),
  );
  assert.equal(await file.accept(delivery("1")), true);
  assert.equal(await file.accept(delivery("1")), false);
  assert.match(
    troubles[0] ?? "",
    /^deliveries: deliveries\.json cannot be written \(ENOSPC\): what chat platforms deliver is remembered in memory alone/,
  );
});

test("a damaged file is put aside, where it is told from, and the bot goes on", async (t) => {
  const { directory, open } = await place(t);
  await writeFile(join(directory, "deliveries.json"), '{"version":1,"deliv');
  const file = await open();
  assert.equal(await file.accept(delivery("1")), true);
  const [damage] = await damageReader(directory)();
  assert.match(
    damage?.what ?? "",
    /^deliveries\.json was damaged; the damaged file is kept as \S+deliveries\.json\.damaged-/,
  );
});

test("a repetition waits until the first is on the disk, as it is acknowledged, too", async () => {
  const { promise: disk, resolve } = Promise.withResolvers<void>();
  const file = keepDeliveries(
    { data: { version: 1, deliveries: [] }, write: () => disk },
    manualClock(),
    noTroubles,
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

test("a disk that hangs costs no acknowledgement: after a second memory has to do, which is told until the disk took it", async () => {
  const { promise: disk, resolve } = Promise.withResolvers<void>();
  const clock = manualClock();
  const troubles: string[] = [];
  const file = keepDeliveries(
    { data: { version: 1, deliveries: [] }, write: () => disk },
    clock,
    toldTo(troubles),
  );
  const first = file.accept(delivery("1"));
  const again = file.accept(delivery("1"));
  await clock.advance(deadlines.deliveryWrite - 1);
  assert.equal(troubles.length, 0);
  await clock.advance(1);
  assert.deepEqual(await Promise.all([first, again]), [true, false]);
  assert.match(troubles[0] ?? "", /the disk takes longer than 1000 ms/);
  assert.equal(deadlines.deliveryWrite < 3_000, true, "Slack waits for 3 s");
  resolve();
  await file.close();
  assert.equal(troubles.at(-1), "deliveries: over");
});

test("many deliveries at once are two writes, and each is on the disk when it is acknowledged", async () => {
  const disks: string[][] = [];
  const data: { version: 1; deliveries: { ids: string[] }[] } = { version: 1, deliveries: [] };
  const file = keepDeliveries(
    {
      data: data as never,
      write: async () => {
        await new Promise((done) => setImmediate(done));
        disks.push(data.deliveries.flatMap(({ ids }) => ids));
      },
    },
    manualClock(),
    noTroubles,
  );
  await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      await file.accept(delivery(String(index)));
      assert.equal(disks.at(-1)?.includes(`event:${index}`), true);
    }),
  );
  assert.equal(disks.length <= 2, true, `${disks.length} writes`);
});

test("what a full disk did not take is written when it is tried again, and the trouble is over then", async () => {
  const troubles: string[] = [];
  let isFull = true;
  let writes = 0;
  const file = keepDeliveries(
    {
      data: { version: 1, deliveries: [] },
      write: async () => {
        writes += 1;
        return isFull
          ? Promise.reject(Object.assign(new Error("write"), { code: "ENOSPC" }))
          : Promise.resolve();
      },
    },
    manualClock(),
    toldTo(troubles),
  );
  await file.accept(delivery("1"));
  assert.match(troubles.join(), /\(the disk is full\)/);
  isFull = false;
  await file.retry();
  assert.equal(troubles.at(-1), "deliveries: over");
  await file.retry();
  assert.equal(writes, 2, "nothing is written where nothing is missing");
});
