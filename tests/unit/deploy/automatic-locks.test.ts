import assert from "node:assert/strict";
import { test } from "node:test";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import { lockAfter } from "../../../src/deploy/lock-hosts.ts";
import { aDeployment } from "../../fakes/records.ts";
import { bob } from "../../fakes/world.ts";
import { asked, carol, held, made } from "./locks-alone.ts";

const back = (change: Partial<Deployment> = {}) =>
  aDeployment({ mode: "rollback", toGeneration: 3, isForward: false, outcome: "deployed", ...change });

test("a roll back that worked locks its host once, whoever else locked it; nothing else does", async (t) => {
  for (const [change, isLocked] of [
    [{}, true],
    [{ outcome: "deployed-degraded" }, true],
    [{ outcome: "rolled-back" }, false],
    [{ outcome: "unknown" }, false],
    [{ isForward: true }, false],
    [{ mode: "deploy" }, false],
  ] as const) {
    const it = await made(t);
    await lockAfter(it.parts, back(change));
    const text = (await held(it)).map(({ host, reason }) => `${host}: ${reason}`);
    const expected = "yoga: it was rolled back to generation 3; unlock it when it may be deployed again";
    assert.deepEqual(text, isLocked ? [expected] : [], JSON.stringify(change));
  }
});

test("the lock of a roll back comes on top of a person's, not on that of another roll back, and not again", async (t) => {
  const it = await made(t);
  await it.locks.lock(asked("yoga"));
  await lockAfter(it.parts, back());
  await lockAfter(it.parts, back({ id: "d-20261123-0002" }));
  assert.deepEqual(
    (await held(it)).map(({ deployment }) => deployment),
    [null, "d-20261123-0001"],
  );
  await it.locks.unlock("yoga", carol, false);
  await it.locks.unlock("yoga", carol, false);
  assert.deepEqual(await held(it), []);
  await lockAfter(it.parts, back());
  assert.deepEqual(await held(it), [], "it was taken off for good");
  await lockAfter(it.parts, back({ id: "d-20261123-0003" }));
  assert.equal((await held(it)).length, 1, "another roll back locks again");
});

test("a host that its supervisor contradicts is locked for an admin, on top of a person's lock, once", async (t) => {
  const contradicted = back({ outcome: "unknown", isContradicted: true });
  const it = await made(t);
  await it.locks.lock(asked("yoga"));
  await lockAfter(it.parts, contradicted);
  await lockAfter(it.parts, contradicted);
  const texts = (await held(it)).map(({ by, reason, deployment }) => [by.name, deployment, reason]);
  const why = "its supervisor and the machine contradict each other (d-20261123-0001)";
  assert.deepEqual(texts, [
    ["carol", null, "new disk"],
    ["Switchyard", null, why],
  ]);
  await it.locks.unlock("yoga", carol, false);
  assert.equal((await it.locks.unlock("yoga", carol, false)).kind, "refused", "that one is an admin's");
  assert.equal((await it.locks.unlock("yoga", bob, true)).kind, "unlocked");
  for (const change of [
    { outcome: "unknown" },
    { mode: "deploy", outcome: "failed", isContradicted: true },
  ] as const) {
    await lockAfter(it.parts, back(change));
    assert.deepEqual(await held(it), [], JSON.stringify(change));
  }
});
