import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { lowdbStore } from "../../../src/store/lowdb-store.ts";
import { olderFile } from "../../fakes/older-file.ts";
import { aDeployment } from "../../fakes/records.ts";
import { clock, end, withOne } from "./begun-store.ts";

test("a record from before there were corrections and restarts is read as one without", async (t) => {
  const { directory, store, id } = await withOne(t);
  await store.update(id, end);
  const path = join(directory, "history/2026-11.json");
  const month = await olderFile(path);
  const { correction: _c, restarts: _r, lastState: _l, ...older } = month.deployments[id];
  await writeFile(path, JSON.stringify({ ...month, deployments: { [id]: older } }));
  const second = await lowdbStore(directory, clock);
  assert.deepEqual(await second.deployment(id), end(aDeployment()));
});

test("a file of a newer format stops the start with a sentence, and is not touched", async (t) => {
  for (const name of ["state.json", "history/2026-10.json"]) {
    const { directory } = await withOne(t);
    const text = '{"version":7,"what":"is new"}';
    await writeFile(join(directory, name), text);
    await assert.rejects(
      lowdbStore(directory, clock),
      /a newer Switchyard wrote it \(format 7, this one knows 2\)\. Start that version again; nothing was changed\./,
    );
    assert.equal(await readFile(join(directory, name), "utf8"), text);
    assert.equal(
      (await readdir(directory)).some((one) => one.includes("damaged")),
      false,
    );
  }
});

test("a file of the older format is read whole, and written in the present one", async (t) => {
  const { directory, store, id } = await withOne(t);
  await store.setInventory(["vps", "yoga"]);
  const path = join(directory, "state.json");
  await writeFile(path, JSON.stringify(await olderFile(path), null, 1));
  const second = await lowdbStore(directory, clock);
  assert.deepEqual([(await second.deployment(id))?.id, await second.inventory()], [id, ["vps", "yoga"]]);
  assert.deepEqual([second.notices(), await second.locks()], [[], []]);
  assert.match(await readFile(path, "utf8"), /^\{"version":2,"head":\{"term":0,"deployments":1,/);
});

test("lines of a newer format stop the start, too, although they look like those of this one", async (t) => {
  const { directory } = await withOne(t);
  const path = join(directory, "state.json");
  const text = (await readFile(path, "utf8")).replace('{"version":2', '{"version":3');
  // Its sums are others, as the format goes into them.
  const newer = text.replaceAll(
    /"crc":"([0-9a-f]{8})"/g,
    (_, sum) => `"crc":"${[...sum].reverse().join("")}"`,
  );
  await writeFile(path, newer);
  await assert.rejects(
    lowdbStore(directory, clock),
    /a newer Switchyard wrote it \(format 3, this one knows 2\)/,
  );
  assert.equal(await readFile(path, "utf8"), newer);
});
