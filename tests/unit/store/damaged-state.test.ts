import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { lowdbStore } from "../../../src/store/lowdb-store.ts";
import { manualClock } from "../../fakes/manual-clock.ts";
import { olderFile } from "../../fakes/older-file.ts";
import { aDeployment, aRun } from "../../fakes/records.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";
import { clock, end, withOne } from "./begun-store.ts";

test("a damaged state.json is put aside under the date, and its bytes are never overwritten", async (t) => {
  const directory = await scratchDirectory(t);
  for (const [text, why] of [
    ['{"version":1,"deployments":{"d-1"', /JSON/],
    ['{"version":1,"deployments":{"x":{}},"runs":{},"inventory":[]}', /deployments\.x/],
    ["", /JSON/],
  ] as const) {
    await writeFile(join(directory, "state.json"), text);
    const store = await lowdbStore(directory, manualClock("2026-11-23T07:41:08.850Z"));
    const aside = join(directory, "state.json.damaged-2026-11-23T07-41-08-850Z");
    assert.equal(await readFile(aside, "utf8"), text);
    assert.equal(store.notices().length, 1);
    assert.match(
      store.notices()[0] ?? "",
      /state\.json (was damaged|could not be read) .*(put aside|kept) as .*damaged-2026-11-23/,
    );
    assert.match(store.notices()[0] ?? "", why);
    await store.begin(aRun(), [aDeployment()], () => null);
    assert.equal((await lowdbStore(directory, clock)).notices().length, 0);
    await rename(aside, `${aside}-seen`);
  }
});

test("one record that cannot be read does not take the others with it, and a copy is kept", async (t) => {
  const { directory, id } = await withOne(t);
  const path = join(directory, "state.json");
  const state = await olderFile(path);
  state.deployments["d-20261123-ffff"] = { ...state.deployments[id], id: "d-20261123-ffff", host: 7 };
  await writeFile(path, JSON.stringify(state));
  const again = await lowdbStore(directory, clock);
  assert.deepEqual(
    (await again.open()).map((one) => one.id),
    [id],
  );
  assert.match(again.notices().join(), /deployments\.d-20261123-ffff: host/);
  const [copy] = (await readdir(directory)).filter((name) => name.includes("damaged"));
  assert.match(await readFile(join(directory, copy ?? ""), "utf8"), /"host":7/);
});

test("a damaged month is put aside, and the others are read", async (t) => {
  const { directory, store, id } = await withOne(t);
  await store.update(id, end);
  await writeFile(join(directory, "history/2026-10.json"), "nonsense");
  const second = await lowdbStore(directory, clock);
  assert.match(second.notices().join(), /history\/2026-10\.json was damaged/);
  assert.equal((await second.deployment(id))?.outcome, "deployed");
  assert.equal(
    (await readdir(join(directory, "history"))).some((name) => name.startsWith("2026-10.json.damaged-")),
    true,
  );
});

test("a state.json that is there but cannot be read is an error, and no empty one is begun", async (t) => {
  const directory = await scratchDirectory(t);
  await mkdir(join(directory, "state.json"));
  await assert.rejects(lowdbStore(directory, clock), /state\.json: it is there, but cannot be read/);
});

test("a state.json that was deleted from a data directory that had one locks every host", async (t) => {
  const { directory } = await withOne(t);
  await rm(join(directory, "state.json"));
  const again = await lowdbStore(directory, clock);
  assert.match(again.notices().join(), /state\.json is missing from a data directory that had one/);
  const [lock] = await again.locks();
  assert.deepEqual([lock?.host, lock?.ended], ["*", null]);
  assert.match(
    lock?.reason ?? "",
    /state\.json was missing, and nobody knows which hosts were locked or in hand/,
  );
});

test("a new data directory, with no more than a token and a lock, locks nothing", async (t) => {
  const directory = await scratchDirectory(t);
  await writeFile(join(directory, "web-token"), "t");
  await writeFile(join(directory, "lock"), "");
  const store = await lowdbStore(directory, clock);
  assert.deepEqual([await store.locks(), store.notices()], [[], []]);
});

test("a damaged record of a month is told with its number, the others are there, and the next start finds nothing", async (t) => {
  const { directory, store, id } = await withOne(t);
  await store.begin(aRun({ id: "r-20261123-0002" }), [aDeployment({ id: "d-20261123-0002" })], () => null);
  await store.update(id, end);
  await store.update("d-20261123-0002", end);
  const path = join(directory, "history/2026-11.json");
  const text = await readFile(path, "utf8");
  await writeFile(path, text.replace('"id":"d-20261123-0002"', '"id":"d-20261123-0003"'));
  const second = await lowdbStore(directory, clock);
  assert.match(
    second.notices().join(),
    /^1 record of 2026-11 could not be read \(1 of deployments\); the damaged file is kept as \S+\.damaged-/,
  );
  assert.equal((await second.deployment(id))?.outcome, "deployed");
  assert.equal(await second.deployment("d-20261123-0002"), undefined);
  assert.deepEqual(await second.locks(), [], "what has ended holds no host");
  assert.deepEqual((await lowdbStore(directory, clock)).notices(), []);
});

test("a month that is gone is told at the next start", async (t) => {
  const { directory, store, id } = await withOne(t);
  await store.update(id, end);
  await store.close();
  await rm(join(directory, "history/2026-11.json"));
  const next = await lowdbStore(directory, clock);
  assert.match(next.notices().join("\n"), /history\/2026-11\.json is gone, .* Put it back from a backup/);
  await next.close();
  assert.deepEqual(
    (await lowdbStore(directory, clock)).notices(),
    [],
    "told once: nothing can bring it back here",
  );
});

test("a bot that ends while it starts on a damaged state locks no less at its next start", async (t) => {
  const { directory } = await withOne(t);
  const path = join(directory, "state.json");
  await writeFile(path, (await readFile(path, "utf8")).replace('"host":"yoga"', '"host":"yogb"'));
  let looks = 0;
  for (let last = 1; ; last += 1) {
    const lease = {
      term: last,
      check() {
        looks += 1;
        if (looks === last) {
          throw new Error("the bot ends here");
        }
      },
    };
    looks = 0;
    const started = await lowdbStore(directory, manualClock(`2026-11-23T08:00:0${last}.000Z`), lease).catch(
      () => null,
    );
    if (started !== null) {
      assert.deepEqual(
        (await started.locks()).map(({ host }) => host),
        ["*"],
      );
      return;
    }
  }
});
