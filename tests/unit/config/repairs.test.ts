import assert from "node:assert/strict";
import { test } from "node:test";
import {
  nextWait,
  type Repair,
  repairs,
  sessionStarts,
  slowly,
  waitForStart,
} from "../../../src/config/repairs.ts";

const some: Repair = { first: 1_000, longest: 8_000, most: 6 };

test("pauses double up to the longest, and the last try is followed by none", () => {
  const pauses = [1, 2, 3, 4, 5, 6, 7].map((failures) => nextWait(some, failures, 0));
  assert.deepEqual(pauses, [1_000, 2_000, 4_000, 8_000, 8_000, null, null]);
});

test("chance takes up to a quarter off, and adds nothing", () => {
  assert.equal(nextWait(some, 1, 1), 750);
  assert.equal(nextWait(some, 1, 0.5), 875);
});

test("what goes on for ever goes on at its slow rate, however often it failed", () => {
  assert.equal(slowly({ ...some, most: null }, 1_000_000, 0), 8_000);
});

for (const [name, repair] of Object.entries(repairs) as [string, Repair][]) {
  test(`${name} has a back-off, and either a last try or a slow rate`, () => {
    assert.ok(
      repair.longest > repair.first || repair.first >= 60_000,
      `${repair.first} to ${repair.longest}`,
    );
    assert.ok(repair.most === null ? repair.longest >= 60_000 : repair.most <= 12, JSON.stringify(repair));
  });
}

test("so many may be begun within the time, and the next when the oldest is past it", () => {
  const limit = { most: 3, within: 1_000 };
  assert.equal(waitForStart(limit, [], 5_000), 0);
  assert.equal(waitForStart(limit, [5_000, 5_100], 5_200), 0);
  assert.equal(waitForStart(limit, [5_000, 5_100, 5_150], 5_200), 800);
  assert.equal(waitForStart(limit, [5_000, 5_100, 5_150], 6_000), 0);
});

test("a day of Discord sessions stays below the number for which Discord resets the token", () => {
  assert.ok((24 * 60 * 60_000 * sessionStarts.most) / sessionStarts.within < 1_000);
});
