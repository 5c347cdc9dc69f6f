import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { lowdbStore } from "../../../src/store/lowdb-store.ts";
import type { Store } from "../../../src/store/store.ts";
import { aDeployment, aRun } from "../../fakes/records.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";
import { clock, end, json, withOne } from "./begun-store.ts";

test("what has ended leaves the open ones and is in the history of its month, with its run", async (t) => {
  const { directory, store, id } = await withOne(t);
  const ended = await store.update(id, end);
  assert.equal(ended?.outcome, "deployed");
  assert.deepEqual(await store.open(), []);
  assert.equal((await store.deployment(id))?.outcome, "deployed");
  const state = await json(join(directory, "state.json"));
  assert.deepEqual([state.deployments, state.runs], [{}, {}]);
  const month = await json(join(directory, "history/2026-11.json"));
  assert.deepEqual([Object.keys(month.deployments), Object.keys(month.runs)], [[id], ["r-20261123-0001"]]);
  assert.equal(await store.update(id, (latest) => ({ ...latest, reason: "late" })), undefined);
});

test("a run stays open until its last deployment has ended", async (t) => {
  const store = await lowdbStore(await scratchDirectory(t), clock);
  const ids = ["d-20261123-0001", "d-20261123-0002"];
  await store.begin(
    aRun({ deployments: ids }),
    ids.map((id) => aDeployment({ id, host: id })),
    () => null,
  );
  await store.update("d-20261123-0001", end);
  assert.notEqual(await store.run("r-20261123-0001"), undefined);
  await store.update("d-20261123-0002", end);
  assert.deepEqual((await store.run("r-20261123-0001"))?.deployments, ids);
});

test("the history is split by the month in which something was asked for", async (t) => {
  const directory = await scratchDirectory(t);
  const store = await lowdbStore(directory, clock);
  for (const [id, createdAt] of [
    ["d-20261030-0001", "2026-10-30T23:59:00.000Z"],
    ["d-20261101-0001", "2026-11-01T00:01:00.000Z"],
  ] as const) {
    const run = id.replace("d-", "r-");
    await store.begin(
      aRun({ id: run, deployments: [id], createdAt }),
      [aDeployment({ id, run, createdAt })],
      () => null,
    );
    await store.update(id, end);
  }
  assert.deepEqual(await readdir(join(directory, "history")), ["2026-10.json", "2026-11.json"]);
  const second = await lowdbStore(directory, clock);
  assert.deepEqual(
    (await second.deployments({ limit: 10 })).map(({ id }) => id),
    ["d-20261101-0001", "d-20261030-0001"],
  );
});

test("deployments come newest first, open and ended together, by host and up to the limit", async (t) => {
  const store = await lowdbStore(await scratchDirectory(t), clock);
  for (let day = 10; day < 20; day++) {
    const id = `d-202611${day}-0001`;
    const run = `r-202611${day}-0001`;
    const createdAt = `2026-11-${day}T10:00:00.000Z`;
    const host = day % 2 === 0 ? "yoga" : "vps";
    await store.begin(
      aRun({ id: run, deployments: [id], createdAt }),
      [aDeployment({ id, run, host, createdAt })],
      () => null,
    );
    if (day !== 12) {
      await store.update(id, end);
    }
  }
  const days = async (filter: Parameters<Store["deployments"]>[0]) =>
    (await store.deployments(filter)).map(({ id }) => Number(id.slice(8, 10)));
  assert.deepEqual(await days({ limit: 3 }), [19, 18, 17]);
  assert.deepEqual(await days({ host: "yoga", limit: 10 }), [18, 16, 14, 12, 10]);
  assert.deepEqual(await days({ host: "nobody", limit: 10 }), []);
});

test("a deployment that is open but old does not hide newer ones that have ended", async (t) => {
  const store = await lowdbStore(await scratchDirectory(t), clock);
  for (const [id, createdAt, isOpen] of [
    ["d-20261110-0001", "2026-11-10T10:00:00.000Z", true],
    ["d-20261120-0001", "2026-11-20T10:00:00.000Z", false],
  ] as const) {
    const run = id.replace("d-", "r-");
    await store.begin(
      aRun({ id: run, deployments: [id], createdAt }),
      [aDeployment({ id, run, createdAt })],
      () => null,
    );
    if (!isOpen) {
      await store.update(id, end);
    }
  }
  assert.deepEqual(
    (await store.deployments({ limit: 1 })).map(({ id }) => id),
    ["d-20261120-0001"],
  );
});

test("a crash between the write of the history and that of the state: the history counts", async (t) => {
  const { directory, store, id } = await withOne(t);
  const state = await readFile(join(directory, "state.json"), "utf8");
  await store.update(id, end);
  await writeFile(join(directory, "state.json"), state);
  const second = await lowdbStore(directory, clock);
  assert.deepEqual(await second.open(), []);
  assert.equal((await second.deployment(id))?.outcome, "deployed");
  assert.notEqual(await second.run("r-20261123-0001"), undefined);
  assert.deepEqual((await json(join(directory, "state.json"))).deployments, {});
});

test("a record in the history is corrected by the same compare and set, and a second store reads it so", async (t) => {
  const { directory, store, id } = await withOne(t);
  assert.equal(await store.correct(id, end), undefined, "an open one is not in the history");
  assert.equal(await store.correct("d-20261123-ffff", end), undefined);
  await store.update(id, (latest) => ({ ...end(latest), outcome: "unknown" }));
  const corrected = await store.correct(id, (latest) => ({ ...latest, outcome: "rolled-back" }));
  assert.equal(corrected?.outcome, "rolled-back");
  const same = await store.correct(id, (latest) => latest);
  assert.deepEqual(same, corrected);
  const second = await lowdbStore(directory, clock);
  assert.deepEqual(await second.deployment(id), corrected);
  assert.deepEqual(await second.open(), []);
});
