import assert from "node:assert/strict";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { damageReader } from "../../../src/store/damage.ts";
import { lowdbStore } from "../../../src/store/lowdb-store.ts";
import { keepLooking, lookAtDamage, lookAtLocks, lookAtPart, patience } from "../../../src/troubles/looks.ts";
import { createTroubles } from "../../../src/troubles/troubles.ts";
import { manualClock } from "../../fakes/manual-clock.ts";
import { aDeployment, aRun } from "../../fakes/records.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";

function aList() {
  const clock = manualClock();
  const quietly = { error: () => {}, info: () => {} };
  return { clock, list: createTroubles({ clock, mask: (text) => text, log: quietly }) };
}

/** A data directory whose store lost something when it was opened, by the harm. */
async function harmed(t: TestContext, name: string, text: string) {
  const directory = await scratchDirectory(t);
  const { clock, list } = aList();
  await lowdbStore(directory, clock);
  await writeFile(join(directory, name), text);
  const first = await lowdbStore(directory, clock);
  return { directory, clock, list, first };
}

test("damage is told in the words of the start that found it, at every later start, until its file is moved away", async (t) => {
  const { directory, clock, list, first } = await harmed(t, "history/2026-10.json", "nonsense");
  const [notice] = first.notices();
  await clock.advance(24 * 3_600_000);
  const second = await lowdbStore(directory, clock);
  assert.deepEqual(second.notices(), [], "the store itself finds nothing any more");
  const look = lookAtDamage(damageReader(directory), list);
  await look();
  const [trouble] = list.all();
  assert.equal(
    trouble?.words,
    `${notice}. Move the kept file away when you have what you need of it: that ends this message.`,
  );
  assert.equal(trouble?.since, "2026-11-23T10:00:00.000Z", "since it was found, not since this start");
  const kept = /put aside as (\S+damaged-[^,]+),/.exec(trouble?.words ?? "")?.[1] ?? "";
  await rename(kept, `${kept}.seen`);
  await look();
  assert.deepEqual(list.all(), []);
});

test("of records that are partly read the number that is missing is told again at later starts", async (t) => {
  const directory = await scratchDirectory(t);
  const { clock, list } = aList();
  const store = await lowdbStore(directory, clock);
  for (const number of ["1", "2", "3"]) {
    const [id, run] = [`d-20261123-000${number}`, `r-20261123-000${number}`];
    await store.begin(aRun({ id: run, deployments: [id] }), [aDeployment({ id, run })], () => null);
  }
  const path = join(directory, "state.json");
  const text = await readFile(path, "utf8");
  await writeFile(path, text.replace('"id":"d-20261123-0002"', '"id":"d-20261123-0007"'));
  const [notice] = (await lowdbStore(directory, clock)).notices();
  assert.match(notice ?? "", /^1 record of state\.json could not be read \(1 of deployments\)/);
  await lowdbStore(directory, clock);
  await lookAtDamage(damageReader(directory), list)();
  assert.equal(list.all()[0]?.words.startsWith(`${notice}. `), true, list.all()[0]?.words);
});

test("a kept file that cannot be made sense of is told by its name", async (t) => {
  const directory = await scratchDirectory(t);
  const { list } = aList();
  await writeFile(join(directory, "state.json.damaged-2026-11-23T10-00-00-000Z"), '{"version":9}');
  await writeFile(join(directory, "deliveries.json.damaged-2026-11-23T11-00-00-000Z"), "{");
  await writeFile(join(directory, "notes.damaged-by-hand"), "");
  await lookAtDamage(damageReader(directory), list)();
  assert.deepEqual(
    list.all().map(({ words, since }) => [words.split(";")[0], since]),
    [
      ["deliveries.json was damaged", "2026-11-23T11:00:00.000Z"],
      ["state.json was damaged", "2026-11-23T10:00:00.000Z"],
    ],
  );
});

test("locks that stand in for what was lost are a trouble until an admin ends them", async (t) => {
  const { directory, clock, list } = await harmed(t, "history/2026-10.json", "nonsense");
  await rm(join(directory, "state.json"));
  const store = await lowdbStore(directory, clock);
  const look = lookAtLocks(store.locks, clock, list);
  await look();
  assert.match(
    list.all()[0]?.words ?? "",
    /^All hosts are locked: state\.json was missing, and nobody knows which hosts were locked or in hand\. See that no host .*\/unlock all/,
  );
  await store.changeLocks((locks) =>
    locks.map((lock) => ({ ...lock, ended: { how: "unlocked", by: null, at: "2026-11-23T10:01:00.000Z" } })),
  );
  await look();
  assert.deepEqual(list.all(), []);
});

test("a part that is away for a moment is no trouble; after a minute it is, until it is back", async () => {
  const { clock, list } = aList();
  let cause: string | null = "slack is not well: not connected.";
  const look = lookAtPart("chat:slack", async () => cause, clock, list);
  await look();
  await clock.advance(patience - 1);
  await look();
  assert.deepEqual(list.all(), []);
  await clock.advance(1);
  await look();
  assert.match(list.all()[0]?.words ?? "", /^slack is not well: not connected\. See its tokens/);
  cause = null;
  await look();
  assert.deepEqual(list.all(), []);
});

test("a look that fails is told, and keeps no other look from being made", async () => {
  const { clock } = aList();
  const life = new AbortController();
  const errors: unknown[] = [];
  const looks: number[] = [];
  const looking = keepLooking(
    [async () => Promise.reject(new Error("no")), async () => void looks.push(clock.now())],
    15_000,
    clock,
    life.signal,
    (error) => errors.push(error),
  );
  await clock.advance(30_000);
  life.abort();
  await clock.settle(looking);
  assert.deepEqual([errors.length, looks.length], [3, 3]);
});
