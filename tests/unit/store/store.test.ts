import assert from "node:assert/strict";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { endDeployment } from "../../../src/deploy/transitions.ts";
import { lowdbStore } from "../../../src/store/lowdb-store.ts";
import { aDeployment, aRun } from "../../fakes/records.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";
import { clock, json, withOne } from "./begun-store.ts";

test("what was begun is open, and there again for a second store on the same directory", async (t) => {
  const { directory, store, id } = await withOne(t);
  assert.deepEqual(
    (await store.open()).map((one) => one.id),
    [id],
  );
  const second = await lowdbStore(directory, clock);
  assert.deepEqual(await second.deployment(id), aDeployment());
  assert.deepEqual(await second.run("r-20261123-0001"), aRun());
});

test("a write is on the disk when its promise resolves, whole, and for the bot's user only", async (t) => {
  const { directory, store, id } = await withOne(t);
  await store.update(id, (latest) => ({ ...latest, phase: "build" }));
  const state = await json(join(directory, "state.json"));
  assert.equal(state.deployments[id].phase, "build");
  assert.equal((await stat(join(directory, "state.json"))).mode & 0o777, 0o600);
  assert.deepEqual(
    (await readdir(directory)).toSorted(),
    ["history", "state.json"],
    "no file of a write is left over",
  );
});

test("a run may be refused in sight of what is open, and then nothing is written", async (t) => {
  const { directory, store, id } = await withOne(t);
  const other = aDeployment({ id: "d-20261123-0002" });
  const seen: string[] = [];
  const refusal = await store.begin(aRun({ id: "r-20261123-0002" }), [other], ({ open }) => {
    seen.push(...open.map((one) => one.id));
    return "busy";
  });
  assert.equal(refusal, "busy");
  assert.deepEqual(seen, [id]);
  assert.equal(await store.deployment("d-20261123-0002"), undefined);
  assert.equal((await json(join(directory, "state.json"))).deployments["d-20261123-0002"], undefined);
});

test("a hundred changes at once are done one after the other, and none is lost", async (t) => {
  const { directory, store, id } = await withOne(t);
  await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      store.update(id, (latest) => ({ ...latest, warnings: [...latest.warnings, String(index)] })),
    ),
  );
  const record = await store.deployment(id);
  assert.deepEqual(
    record?.warnings,
    Array.from({ length: 100 }, (_, index) => String(index)),
  );
  assert.equal((await json(join(directory, "state.json"))).deployments[id].warnings.length, 100);
});

test("compare and set: of a hundred decisions at once the first counts", async (t) => {
  const { store, id } = await withOne(t);
  let winners = 0;
  await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      store.update(id, (latest) => {
        if (latest.reason !== null) {
          return latest;
        }
        winners += 1;
        return { ...latest, reason: String(index) };
      }),
    ),
  );
  assert.equal(winners, 1);
  assert.equal((await store.deployment(id))?.reason, "0");
});

test("begin and busy: of two runs for one host at once, one is begun", async (t) => {
  const store = await lowdbStore(await scratchDirectory(t), clock);
  const begin = (number: number) =>
    store.begin(
      aRun({ id: `r-20261123-000${number}`, deployments: [`d-20261123-000${number}`] }),
      [aDeployment({ id: `d-20261123-000${number}`, run: `r-20261123-000${number}` })],
      ({ open }) => (open.length > 0 ? "busy" : null),
    );
  assert.deepEqual((await Promise.all([begin(1), begin(2), begin(3)])).toSorted(), ["busy", "busy", null]);
  assert.equal((await store.open()).length, 1);
});

test("a change that changes nothing writes nothing", async (t) => {
  const { directory, store, id } = await withOne(t);
  const before = (await stat(join(directory, "state.json"))).ino;
  await store.update(id, (latest) => latest);
  assert.equal((await stat(join(directory, "state.json"))).ino, before);
});

test("of two ends at once the first counts, and the second finds nothing open", async (t) => {
  const { store, id } = await withOne(t);
  const ending = (outcome: "failed" | "deployed") =>
    store.update(id, (latest) =>
      endDeployment(latest, { outcome, message: outcome }, "2026-11-23T10:05:00.000Z"),
    );
  const [first, second] = await Promise.all([ending("failed"), ending("deployed")]);
  assert.deepEqual([first?.outcome, second], ["failed", undefined]);
  assert.equal((await store.deployment(id))?.outcome, "failed");
});

test("the last inventory is kept", async (t) => {
  const { directory, store } = await withOne(t);
  await store.setInventory(["vps", "yoga"]);
  assert.deepEqual(await (await lowdbStore(directory, clock)).inventory(), ["vps", "yoga"]);
});

test("a change that throws leaves the record as it was, and the store goes on", async (t) => {
  const { store, id } = await withOne(t);
  await assert.rejects(
    store.update(id, () => {
      throw new Error("a mistake of ours");
    }),
    /a mistake of ours/,
  );
  assert.equal((await store.update(id, (latest) => ({ ...latest, reason: "fine" })))?.reason, "fine");
});
