import assert from "node:assert/strict";
import { test } from "node:test";
import { isOpenAt, nextOpening, openingText, parseWindow, type Window } from "../../../src/fleet/windows.ts";

function windows(...texts: readonly string[]): Window[] {
  return texts.map((text) => {
    const found = parseWindow(text);
    assert.ok(found !== null, text);
    return found;
  });
}

const at = (iso: string) => Date.parse(iso);

test("a window is read with its days, its span and its zone", () => {
  assert.deepEqual(windows("Mon-Thu 09:00-17:00 Europe/Berlin"), [
    {
      text: "Mon-Thu 09:00-17:00 Europe/Berlin",
      days: [1, 2, 3, 4],
      from: 540,
      to: 1020,
      zone: "Europe/Berlin",
    },
  ]);
  assert.deepEqual(windows("sat-mon,wed 22:00-02:00 UTC")[0]?.days, [1, 3, 6, 7]);
});

test("what is no window is refused", () => {
  for (const text of [
    "",
    "Mon",
    "Mon 9-17 UTC",
    "Mon 09:00-17:00",
    "Mon 09:00-25:00 UTC",
    "Mon 09:60-10:00 UTC",
    "Mon 24:00-10:00 UTC",
    "Foo 09:00-17:00 UTC",
    "Mon-Tue-Wed 09:00-17:00 UTC",
    "Mon 09:00-17:00 Mars/Olympus",
  ]) {
    assert.equal(parseWindow(text), null, text);
  }
});

test("a window is open from its first minute until before its last", () => {
  const berlin = windows("Mon-Thu 09:00-17:00 Europe/Berlin");
  // Tuesday, in winter: Berlin is one hour ahead of UTC.
  assert.equal(isOpenAt(berlin, at("2026-11-24T07:59:59Z")), false);
  assert.equal(isOpenAt(berlin, at("2026-11-24T08:00:00Z")), true);
  assert.equal(isOpenAt(berlin, at("2026-11-24T15:59:59Z")), true);
  assert.equal(isOpenAt(berlin, at("2026-11-24T16:00:00Z")), false);
  assert.equal(isOpenAt(berlin, at("2026-11-27T10:00:00Z")), false, "Friday");
  assert.equal(isOpenAt([], at("2026-11-27T10:00:00Z")), true, "no windows: always");
});

test("summer time moves a window by an hour", () => {
  const berlin = windows("Mon-Fri 09:00-17:00 Europe/Berlin");
  assert.equal(isOpenAt(berlin, at("2026-07-21T07:00:00Z")), true);
  assert.equal(isOpenAt(berlin, at("2026-07-21T15:00:00Z")), false);
});

test("a window over midnight belongs to the day on which it begins", () => {
  const night = windows("Sun 22:00-02:00 UTC");
  assert.equal(isOpenAt(night, at("2026-11-22T23:00:00Z")), true);
  assert.equal(isOpenAt(night, at("2026-11-23T01:59:00Z")), true, "Monday, early");
  assert.equal(isOpenAt(night, at("2026-11-23T22:30:00Z")), false, "Monday, late");
  assert.equal(isOpenAt(windows("Sun 00:00-24:00 UTC"), at("2026-11-22T23:59:00Z")), true);
});

test("the hour that the clocks leave out, or have twice, is none of a window's business", () => {
  // On 29 March 2026 Berlin goes from 02:00 to 03:00, on 25 October from 03:00 back to 02:00.
  const spring = windows("Sun 01:00-04:00 Europe/Berlin");
  assert.equal(isOpenAt(spring, at("2026-03-29T00:30:00Z")), true);
  assert.equal(isOpenAt(spring, at("2026-03-29T01:59:00Z")), true);
  assert.equal(isOpenAt(spring, at("2026-03-29T02:00:00Z")), false);
  const autumn = windows("Sun 01:00-04:00 Europe/Berlin");
  assert.equal(isOpenAt(autumn, at("2026-10-25T02:59:00Z")), true);
  assert.equal(isOpenAt(autumn, at("2026-10-25T03:00:00Z")), false);
});

test("a closed host says when it opens, in the window's own time", () => {
  const both = windows("Mon-Thu 09:00-17:00 Europe/Berlin", "Fri 09:00-12:00 Europe/Berlin");
  const tuesdayNight = at("2026-11-24T20:00:00Z");
  assert.equal(nextOpening(both, tuesdayNight), at("2026-11-25T08:00:00Z"));
  assert.equal(openingText(both, tuesdayNight), "Wed 25 Nov 09:00 (Europe/Berlin)");
  assert.equal(openingText(both, at("2026-11-27T12:00:00Z")), "Mon 30 Nov 09:00 (Europe/Berlin)");
  assert.equal(nextOpening([], tuesdayNight), null);
});
