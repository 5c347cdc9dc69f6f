import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import { endDeployment } from "../../../src/deploy/transitions.ts";
import { lowdbStore } from "../../../src/store/lowdb-store.ts";
import type { Store } from "../../../src/store/store.ts";
import { manualClock } from "../../fakes/manual-clock.ts";
import { olderFile } from "../../fakes/older-file.ts";
import { aDeployment, aRun } from "../../fakes/records.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";

const clock = manualClock();

async function withOne(t: TestContext): Promise<{ directory: string; store: Store; id: string }> {
  const directory = await scratchDirectory(t);
  const store = await lowdbStore(directory, clock);
  const deployment = aDeployment();
  await store.begin(aRun(), [deployment], () => null);
  return { directory, store, id: deployment.id };
}

const end = (deployment: Deployment) =>
  endDeployment(deployment, { outcome: "deployed", message: "well" }, "2026-11-23T10:05:00.000Z");

async function json(path: string) {
  return JSON.parse(await readFile(path, "utf8"));
}

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

test("the last inventory is kept", async (t) => {
  const { directory, store } = await withOne(t);
  await store.setInventory(["vps", "yoga"]);
  assert.deepEqual(await (await lowdbStore(directory, clock)).inventory(), ["vps", "yoga"]);
});

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
