import assert from "node:assert/strict";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { lowdbStore } from "../../../src/store/lowdb-store.ts";
import { aDeployment, aRun } from "../../fakes/records.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";
import { clock, end, json, withOne } from "./begun-store.ts";

/** Makes every write fail, as root too: the directory is not there any more. */
async function withoutDisk(directory: string, work: () => Promise<void>): Promise<void> {
  await rename(directory, `${directory}-away`);
  await writeFile(directory, "a file in its place");
  try {
    await work();
  } finally {
    await rm(directory);
    await rename(`${directory}-away`, directory);
  }
}

test("what could not be written did not happen: begin, update, inventory", async (t) => {
  const { directory, store, id } = await withOne(t);
  await withoutDisk(directory, async () => {
    const other = aDeployment({ id: "d-20261123-0002" });
    await assert.rejects(store.begin(aRun({ id: "r-20261123-0002" }), [other], () => null));
    await assert.rejects(store.update(id, (latest) => ({ ...latest, phase: "build" })));
    await assert.rejects(store.setInventory(["yoga"]));
    assert.equal((await store.deployment(id))?.phase, "check");
    assert.equal(await store.deployment("d-20261123-0002"), undefined);
    assert.equal(await store.run("r-20261123-0002"), undefined);
    assert.deepEqual(await store.inventory(), []);
  });
  await store.update(id, (latest) => ({ ...latest, phase: "copy" }));
  assert.equal((await (await lowdbStore(directory, clock)).deployment(id))?.phase, "copy");
});

test("an end that could not be written has not happened, and can be tried again", async (t) => {
  const { directory, store, id } = await withOne(t);
  await withoutDisk(directory, async () => {
    await assert.rejects(store.update(id, end));
    assert.equal((await store.deployment(id))?.outcome, null);
    assert.equal((await store.open()).length, 1);
  });
  assert.equal((await store.update(id, end))?.outcome, "deployed");
  assert.deepEqual(await store.open(), []);
});

test("a late write of a bot without the lease is told and replaced: what the present bot knows counts", async (t) => {
  const directory = await scratchDirectory(t);
  const foreign: string[] = [];
  const late = await lowdbStore(directory, clock, { term: 1, check: () => {} });
  const present = await lowdbStore(directory, clock, {
    term: 2,
    check: () => {},
    onForeignWrite: (path) => void foreign.push(path),
  });
  await present.begin(aRun(), [aDeployment()], () => null);
  // Its look at the lease was before it was paused, and the rename is after.
  await late.setInventory(["late"]);
  assert.equal((await json(join(directory, "state.json"))).head.term, 1);
  assert.deepEqual(foreign, []);
  await present.setInventory(["yoga"]);
  assert.deepEqual(foreign, [join(directory, "state.json")]);
  const { head, deployments } = await json(join(directory, "state.json"));
  assert.deepEqual([head.term, Object.keys(deployments)], [2, [aDeployment().id]]);
  await present.setInventory(["yoga", "vps"]);
  assert.equal(foreign.length, 1);
});
