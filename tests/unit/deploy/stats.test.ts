import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import { firstMonday, median, statsOf, weeksShown } from "../../../src/deploy/stats.ts";
import { aDeployment } from "../../fakes/records.ts";

/** A Tuesday. */
const now = Date.parse("2026-11-24T12:00:00Z");
const hour = 60 * 60_000;

let number = 0;

/** A deployment of yoga that ended so many hours ago, ten minutes after its switch began. */
function ended(
  hoursAgo: number,
  outcome: Deployment["outcome"],
  change: Partial<Deployment> = {},
): Deployment {
  number += 1;
  const at = (time: number) => new Date(time).toISOString();
  const finished = now - hoursAgo * hour;
  return aDeployment({
    id: `d-20261124-${number.toString(16).padStart(4, "0")}`,
    outcome,
    createdAt: at(finished - hour),
    finishedAt: at(finished),
    commit: { subject: "x", author: "Ada", date: at(finished - 2 * hour) },
    times: { switch: { startedAt: at(finished - 600_000), finishedAt: at(finished) } },
    ...change,
  });
}

test("a week begins on Monday, and twelve are shown with this one", () => {
  assert.equal(new Date(firstMonday(now)).toISOString(), "2026-09-07T00:00:00.000Z");
  const { weeks } = statsOf(
    [ended(1, "deployed"), ended(24 * 3, "deployed"), ended(24 * 200, "deployed")],
    now,
  );
  assert.equal(weeks.length, weeksShown);
  assert.deepEqual(weeks.slice(-2), [
    { start: "2026-11-16", good: 1, bad: 0 },
    { start: "2026-11-23", good: 1, bad: 0 },
  ]);
  assert.equal(
    weeks.reduce((sum, { good }) => sum + good, 0),
    2,
    "what is older does not count",
  );
});

test("the lead time is the median from the commit to its switch, of what was kept", () => {
  const commit = (hoursBefore: number, hoursAgo: number) => ({
    commit: {
      subject: "x",
      author: "Ada",
      date: new Date(now - (hoursAgo + hoursBefore) * hour).toISOString(),
    },
  });
  const { all } = statsOf(
    [
      ended(1, "deployed", commit(1, 1)),
      ended(2, "deployed", commit(3, 2)),
      ended(3, "deployed-degraded", commit(11, 3)),
      ended(4, "rolled-back", commit(99, 4)),
      ended(5, "deployed", { commit: null }),
      ended(6, "deployed", commit(-5, 6)),
    ],
    now,
  );
  assert.equal(all.leadTime, 3 * hour);
});

test("a change fails when the host goes back, and when a person takes it back next", () => {
  const { all, weeks } = statsOf(
    [
      ended(10, "deployed"),
      ended(9, "rolled-back"),
      ended(8, "deployed"),
      ended(7, "deployed", { mode: "rollback" }),
      ended(6, "deployed"),
      ended(5, "failed", { times: {} }),
      ended(4, "cancelled"),
      ended(3, "deployed", { mode: "dry-run" }),
      ended(2, null, { finishedAt: null }),
    ],
    now,
  );
  assert.equal(all.changes, 4);
  assert.equal(all.failureRate, 0.5);
  assert.deepEqual(weeks.at(-1), { start: "2026-11-23", good: 2, bad: 2 });
});

test("the time to restore goes from the first of some failures to the next good one, on each host alone", () => {
  const { all, hosts } = statsOf(
    [
      ended(20, "failed", { times: {} }),
      ended(18, "rolled-back"),
      ended(15, "deployed"),
      ended(14, "rolled-back", { host: "vps" }),
      ended(13, "deployed"),
      ended(12, "deployed", { host: "vps", mode: "rollback" }),
      ended(11, "rollback-failed"),
    ],
    now,
  );
  assert.deepEqual(
    hosts.map(({ host, timeToRestore }) => [host, timeToRestore]),
    [
      ["vps", 2 * hour],
      ["yoga", 5 * hour],
    ],
  );
  assert.equal(all.timeToRestore, 3.5 * hour);
});

test("without a history there is nothing to say", () => {
  const { all, hosts } = statsOf([], now);
  assert.deepEqual(all, { changes: 0, leadTime: null, failureRate: null, timeToRestore: null });
  assert.deepEqual(hosts, []);
});

test("the order of the history does not matter", () => {
  const history = [
    ended(10, "deployed"),
    ended(9, "rolled-back"),
    ended(8, "deployed", { mode: "rollback" }),
    ended(7, "failed"),
    ended(6, "deployed", { host: "vps" }),
  ];
  const expected = statsOf(history, now);
  fc.assert(
    fc.property(fc.shuffledSubarray(history, { minLength: history.length }), (shuffled) => {
      assert.deepEqual(statsOf(shuffled, now), expected);
    }),
  );
});

test("a median is the middle, or the mean of the two in the middle", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1]), 2.5);
  assert.equal(median([]), null);
});
