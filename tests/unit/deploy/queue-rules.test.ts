import assert from "node:assert/strict";
import { test } from "node:test";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import type { Lock } from "../../../src/deploy/locks.ts";
import { rollbackAtWork, takeTurn, waitsBehind } from "../../../src/deploy/queue.ts";
import { aConfirmation, aDeployment } from "../../fakes/records.ts";

const at = (minute: number) => `2026-11-23T10:${String(minute).padStart(2, "0")}:00.000Z`;
const waiting = { state: "waiting", behind: null, since: null, until: null } as const;
const held = { outcome: "deployed" as const, message: "", help: null, lines: [], generation: 2 };
const monitor = { until: at(50), strip: [], alarm: null, problems: [], rollsBack: false, held };

/** The one that asks whose turn it is: the third of this minute. */
const me = (change: Partial<Deployment> = {}) =>
  aDeployment({ id: "d-3", createdAt: at(5), queue: waiting, ...change });
const other = (change: Partial<Deployment> = {}) =>
  aDeployment({ id: "d-2", createdAt: at(4), phase: "build", ...change });
const back = { mode: "rollback", isForward: false } as const;
const forward = { mode: "rollback", isForward: true } as const;
const asks = { phase: "confirm", confirmation: aConfirmation(at(50)) } as const;
const watched = { phase: "monitor", monitor } as const;

for (const [sentence, mine, theirs, isBehind] of [
  ["what is at work on the host is waited for", {}, {}, true],
  ["whenever it was asked for", {}, { createdAt: at(9) }, true],
  ["also while it only asks", {}, asks, true],
  ["and while it is only watched", {}, watched, true],
  ["what waits and was asked for earlier goes first", {}, { queue: waiting }, true],
  ["what waits and was asked for later does not", {}, { queue: waiting, createdAt: at(6) }, false],
  ["of one moment the smaller id goes first", {}, { queue: waiting, createdAt: at(5) }, true],
  ["and the larger one after", {}, { queue: waiting, createdAt: at(5), id: "d-4" }, false],
  ["nobody waits for itself", {}, { id: "d-3" }, false],
  ["another host is not in the way", {}, { host: "vps" }, false],
  ["nor what touches no host", {}, { mode: "build-only" }, false],
  ["a roll back waits for what is at work", back, {}, true],
  ["not for what only asks", back, asks, false],
  ["nor for what is only watched", back, watched, false],
  ["nor for what only waits, however early", back, { queue: waiting }, false],
  ["but for a roll back that waits and came earlier", back, { ...back, queue: waiting }, true],
  ["and not for one that came later", back, { ...back, queue: waiting, createdAt: at(6) }, false],
  [
    "a deployment waits for a roll back, however late it came",
    {},
    { ...back, queue: waiting, createdAt: at(9) },
    true,
  ],
  ["going forward has no such right", forward, { queue: waiting }, true],
  ["nor is it waited for as a roll back is", {}, { ...forward, queue: waiting, createdAt: at(9) }, false],
] as const) {
  test(`whose turn: ${sentence}`, () => {
    const behind = waitsBehind(me(mine), { open: [other(theirs)], locks: [] }, at(10));
    assert.equal(behind !== null, isBehind);
  });
}

const lock: Lock = {
  ...{ run: "r-20261123-0009", host: "yoga", reason: "new disk", since: at(0), until: at(20) },
  ...{ by: { surface: "slack", id: "U9", name: "carol" }, deployment: null, ended: null },
};

test("what is waited for is named: who asked, which, and how far it is; and a lock in its own words", () => {
  const behind = (theirs: Partial<Deployment>) =>
    waitsBehind(me(), { open: [me(), other(theirs)], locks: [lock] }, at(10));
  assert.equal(behind({}), "Alice's d-2 (deploy, build)");
  assert.equal(behind({ queue: waiting }), "Alice's d-2 (deploy, waiting)");
  const locked = "a lock: carol locked yoga at 2026-11-23 10:00 UTC until 10:20 UTC: new disk";
  assert.equal(
    waitsBehind(me(), { open: [], locks: [lock] }, at(10)),
    locked.replace("10:20", "2026-11-23 10:20"),
  );
  assert.equal(waitsBehind(me(), { open: [], locks: [lock] }, at(20)), null);
  assert.equal(waitsBehind(me(back), { open: [], locks: [lock] }, at(10)), null);
  assert.notEqual(waitsBehind(me(forward), { open: [], locks: [lock] }, at(10)), null);
});

test("a place in the queue says behind whom, since the first wait, and when the turn came", () => {
  const busy = { open: [other()], locks: [] };
  const free = { open: [], locks: [] };
  const first = takeTurn(me(), busy, at(10));
  const behind = "Alice's d-2 (deploy, build)";
  assert.deepEqual(first.queue, { state: "waiting", behind, since: at(10), until: null });
  assert.equal(takeTurn(first, busy, at(11)), first, "nothing new is no change");
  const next = takeTurn(first, { ...free, open: [other({ phase: "copy" })] }, at(12));
  assert.deepEqual([next.queue.since, next.queue.behind], [at(10), "Alice's d-2 (deploy, copy)"]);
  const turn = takeTurn(next, free, at(13));
  assert.deepEqual(turn.queue, { ...next.queue, state: "turn", until: at(13) });
  assert.equal(takeTurn(turn, busy, at(14)), turn, "a turn is not taken away");
  const atOnce = takeTurn(me(), free, at(10));
  assert.deepEqual(atOnce.queue, { state: "turn", behind: null, since: null, until: null });
});

test("a roll back has the host once it has its turn, on that host, and only going back", () => {
  const has = (change: Partial<Deployment>) => rollbackAtWork([other(), other(change)], "yoga") !== null;
  assert.equal(has(back), true);
  assert.equal(has({ ...back, queue: waiting }), false);
  assert.equal(has({ ...back, host: "vps" }), false);
  assert.equal(has(forward), false);
  assert.equal(rollbackAtWork([other()], "yoga"), null);
});
