import assert from "node:assert/strict";
import { test } from "node:test";
import { createHostLocks } from "../../../src/deploy/lock-hosts.ts";
import type { Lock } from "../../../src/deploy/locks.ts";
import { quiet } from "../../fakes/manual-clock.ts";
import { aRun } from "../../fakes/records.ts";
import { bob } from "../../fakes/world.ts";
import { asked, carol, held, made } from "./locks-alone.ts";

const day = 24 * 3_600_000;
const said = (answer: { kind: string; message?: string }) => answer.message ?? answer.kind;

test("each lock ends at its own moment, beside one without an end, and is told of once", async (t) => {
  const it = await made(t);
  await it.locks.lock(asked("yoga", { lasts: 2 * 3_600_000 }));
  await it.locks.lock(asked("ovh-vps", { lasts: 3_600_000 }));
  await it.locks.lock(asked("alias"));
  const hosts = async () => (await held(it)).map(({ host }) => host);
  await it.clock.advance(3_600_001);
  assert.deepEqual(await hosts(), ["yoga", "alias"]);
  await it.clock.advance(3_600_000);
  assert.deepEqual(await hosts(), ["alias"]);
  await it.locks.watch();
  await it.clock.advance(40 * day);
  assert.deepEqual(
    it.audit.map(({ what, who }) => `${what} by ${who.name}`),
    [
      "locked by carol",
      "locked by carol",
      "locked by carol",
      "expired by Switchyard",
      "expired by Switchyard",
    ],
  );
  assert.deepEqual(it.audit.at(-1)?.who, { surface: "terminal", id: "switchyard", name: "Switchyard" });
  assert.equal(it.runs.length, 5, "each thread is told of its end");
});

test("an end that has just come is written down, and nothing waits where nothing will end", async (t) => {
  const it = await made(t);
  await it.locks.lock(asked("yoga"));
  await quiet();
  assert.equal(it.clock.sleeping, 0);
  const until = new Date(it.clock.now()).toISOString();
  await it.parts.store.changeLocks((all) => all.map((lock) => ({ ...lock, until })));
  await it.locks.watch();
  assert.deepEqual(await held(it), []);
  assert.equal(it.clock.sleeping, 0);
});

test("two locks that end together are waited for once, and one that was taken off is not ended again", async (t) => {
  const it = await made(t);
  await it.locks.lock(asked("yoga", { lasts: day }));
  await it.locks.lock(asked("ovh-vps", { lasts: day }));
  await quiet();
  assert.equal(it.clock.sleeping, 1);
  await it.locks.unlock("yoga", carol, false);
  await it.clock.advance(day + 1);
  const ends = (await it.parts.store.locks()).map(({ host, ended }) => `${host} ${ended?.how}`);
  assert.deepEqual(ends, ["yoga unlocked", "ovh-vps expired"]);
  assert.equal(it.audit.filter(({ what }) => what === "expired").length, 1);
});

test("a lock of two months ends in time, though no timer waits for longer than a day", async (t) => {
  const it = await made(t);
  await it.locks.lock(asked("yoga", { lasts: 60 * day }));
  await it.clock.advance(60 * day - 1);
  assert.equal((await held(it)).length, 1);
  await it.clock.advance(1);
  assert.equal((await held(it)).length, 0);
  assert.deepEqual(it.sleeps, Array(60).fill(day));
});

test("an end that the disk refuses is logged", async (t) => {
  const it = await made(t);
  await it.locks.lock(asked("yoga", { lasts: day }));
  await quiet();
  t.mock.method(it.parts.store, "changeLocks", () => Promise.reject(new Error("no space left")));
  await it.clock.advance(day + 1);
  assert.match(it.errors.join(), /no space left.*ending a lock/);
});

test("an audit that cannot be written keeps no lock from being set, and is logged", async (t) => {
  const it = await made(t, { audit: () => Promise.reject(new Error("audit is full")) });
  assert.equal((await it.locks.lock(asked("yoga"))).kind, "locked");
  assert.match(it.errors.join(), /"what":"locked".*writing the audit|audit is full.*writing the audit/);
  assert.match(it.errors.join(), /"what":"locked"/, "what could not be written stands in the log");
  assert.match(it.errors.join(), /audit is full/);
});

test("a host that is not there is not locked", async (t) => {
  const it = await made(t);
  assert.equal(said(await it.locks.lock(asked("Yoga!"))), 'There is no host "Yoga!". Did you mean yoga?');
  assert.deepEqual(await it.parts.store.locks(), []);
});

test("a refusal names the lock that is in the way, and how it ends", async (t) => {
  const it = await made(t);
  await it.locks.lock(asked("yoga"));
  const second = await it.locks.lock(asked("yoga", { by: bob, reason: "mine" }));
  const by = "carol locked yoga at 2026-11-23 10:00 UTC: new disk";
  assert.deepEqual(second, {
    ...{ kind: "refused", code: "locked", message: `yoga is locked already: ${by}.` },
    help: "Its owner or an admin can /unlock it.",
  });
  assert.equal(said(await it.locks.unlock("ovh-vps", bob, true)), "ovh-vps is not locked.");
  const free = await it.locks.unlock("ovh-vps", bob, true);
  assert.equal(free.kind === "refused" && free.help, null);
  assert.equal((await held(it)).length, 1, "another host's lock stays");
});

test("a lock is taken off under every name of its machine, and one of every host by `all` only", async (t) => {
  const it = await made(t, {}, "hosts: { yoga: { targetHost: 10.0.0.7 }, alias: { targetHost: 10.0.0.7 } }");
  await it.locks.lock(asked("yoga"));
  assert.equal((await it.locks.unlock("alias", carol, false)).kind, "unlocked");
  await it.parts.store.changeLocks((all) => all.map((lock) => ({ ...lock, host: "*", ended: null })));
  assert.match(
    said(await it.locks.unlock("yoga", carol, true)),
    /locked every host .*that holds yoga, too\.$/,
  );
  assert.equal((await it.locks.unlock("*", carol, false)).kind, "unlocked");
});

test("of two who take a lock off at once, the first one did", async (t) => {
  const it = await made(t);
  await it.locks.lock(asked("yoga"));
  await Promise.all([it.locks.unlock("yoga", carol, false), it.locks.unlock("yoga", bob, true)]);
  assert.equal((await it.parts.store.locks())[0]?.ended?.by?.name, "carol");
});

test("a lock whose run was lost is taken off, and no thread is told", async (t) => {
  const it = await made(t);
  await it.locks.lock(asked("yoga"));
  await it.parts.store.changeLocks((all) => all.map((lock) => ({ ...lock, run: "r-20260101-0001" })));
  assert.equal((await it.locks.unlock("yoga", carol, false)).kind, "unlocked");
  assert.equal(it.runs.length, 1);
});

test("of locks whose records were damaged, only that of the host is taken off", async (t) => {
  const it = await made(t);
  for (const host of ["yoga", "ovh-vps"]) {
    await it.locks.lock(asked(host));
  }
  await it.parts.store.changeLocks((all) => all.map((lock) => ({ ...lock, run: "" })));
  assert.equal((await it.locks.unlock("yoga", bob, true)).kind, "unlocked");
  assert.deepEqual(
    (await held(it)).map(({ host }) => host),
    ["ovh-vps"],
  );
});

test("a lock gets an id that no run has; where all seem taken it is refused, not asked for without end", async (t) => {
  let given = 0;
  const id = (number: number) => `r-20261123-${String(number).padStart(4, "0")}`;
  const it = await made(t, { makeId: () => id(++given) });
  for (const number of [1, 2]) {
    await it.parts.store.begin(aRun({ id: id(number), deployments: [] }), [], () => null);
  }
  const locked = await it.locks.lock(asked("yoga"));
  assert.equal(locked.kind === "locked" && locked.run.id, id(3));
  given = 0;
  const stuck = createHostLocks({ ...it.parts, makeId: () => id(given++ > 5_000 ? 9 : 1) });
  await assert.rejects(stuck.lock(asked("ovh-vps")), /giving out an id: all of today's seem to be taken/);
  assert.equal(given, 1_000);
});

const ended = (host: string, count: number, at: string): Lock[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ run: `r-20261001-${String(index).padStart(4, "0")}`, host, reason: "x", by: carol, since: at },
    ...{ until: null, deployment: null, ended: { how: "unlocked", by: carol, at } },
  }));

test("ended locks are remembered for 30 days, 500 of them, and those that hold as long as they hold", async (t) => {
  for (const [later, expected] of [
    [400, [0, 10, 400, 1, 1]],
    [495, [0, 5, 495, 1, 1]],
  ] as const) {
    const it = await made(t);
    const ago = (milliseconds: number) => new Date(it.clock.now() - milliseconds).toISOString();
    const holds = { ...(ended("alias", 1, ago(90 * day))[0] as Lock), ended: null };
    await it.parts.store.changeLocks(() => [
      holds,
      ...ended("old", 3, ago(30 * day)),
      ...ended("first", 10, ago(30 * day - 1)),
      ...ended("later", later, ago(day)),
    ]);
    await it.locks.lock(asked("yoga"));
    const left = (await it.parts.store.locks()).map(({ host }) => host);
    const count = (name: string) => left.filter((host) => host === name).length;
    assert.deepEqual(["old", "first", "later", "alias", "yoga"].map(count), expected);
  }
});
