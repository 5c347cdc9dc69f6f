import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isOpenAt, nextOpening, openingText, parseWindow, type Window } from "../../../src/fleet/windows.ts";

const minute = 60_000;
const hour = 60 * minute;
const zones = [
  "Europe/Berlin",
  "America/Santiago",
  "Africa/Cairo",
  "Asia/Beirut",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
  "Pacific/Chatham",
  "America/New_York",
];
/** In each of these zones clocks are set close to some of these days. */
const days = [
  "2027-03-28",
  "2027-10-31",
  "2026-04-24",
  "2026-10-29",
  "2027-04-04",
  "2026-09-06",
  "2027-03-14",
];

function windowOf(text: string): Window {
  const window = parseWindow(text);
  assert.ok(window, text);
  return window;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** The same question, answered by Intl alone. */
function isOpenByIntl({ days: open, from, to, zone }: Window, time: number): boolean {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
  formats.set(zone, format);
  const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]));
  const day = names.indexOf(parts["weekday"] ?? "") + 1;
  const at = Number(parts["hour"]) * 60 + Number(parts["minute"]);
  const opens = open as readonly number[];
  const isAfterMidnight = to <= from && opens.includes(day === 1 ? 7 : day - 1) && at < to;
  return (opens.includes(day) && at >= from && (to <= from || at < to)) || isAfterMidnight;
}

const clockTime = fc.integer({ min: 0, max: 95 }).map((quarter) => {
  const text = (value: number) => String(value).padStart(2, "0");
  return `${text(Math.floor(quarter / 4))}:${text((quarter % 4) * 15)}`;
});
const anyWindow = fc
  .tuple(
    fc.constantFrom("Mon-Sun", "Sun", "Sat,Sun", "Fri-Mon"),
    clockTime,
    clockTime,
    fc.constantFrom(...zones),
  )
  .map(([span, from, to, zone]) => windowOf(`${span} ${from}-${to} ${zone}`));
const anyTime = fc
  .tuple(fc.constantFrom(...days), fc.integer({ min: -2 * 1440, max: 2 * 1440 }))
  .map(([day, minutes]) => Date.parse(`${day}T00:00:00Z`) + minutes * minute);

test("minute by minute a window is open when the clock on the wall says so, whatever the clocks do", () => {
  fc.assert(
    fc.property(anyWindow, anyTime, (window, start) => {
      for (let time = start; time < start + 12 * hour; time += minute) {
        assert.equal(isOpenAt([window], time), isOpenByIntl(window, time), `${window.text} at ${time}`);
      }
    }),
    { numRuns: 40 },
  );
});

test("the next opening is the first minute that opens, and no other", () => {
  fc.assert(
    fc.property(anyWindow, anyTime, (window, start) => {
      const next = nextOpening([window], start);
      let expected: number | null = null;
      let before = isOpenByIntl(window, start);
      for (let time = start + minute; time <= start + 3 * 24 * hour && expected === null; time += minute) {
        const isOpen = isOpenByIntl(window, time);
        expected = isOpen && !before ? time : null;
        before = isOpen;
      }
      if (expected === null) {
        assert.equal(next === null || next > start + 3 * 24 * hour, true, `${window.text} at ${start}`);
      } else {
        assert.equal(next, expected, `${window.text} at ${start}`);
      }
    }),
    { numRuns: 60 },
  );
});

test("an hour that does not exist opens nothing: it is said, with the next real opening", () => {
  const window = windowOf("Sun 02:00-03:00 Europe/Berlin");
  for (const asked of ["2027-03-22T12:00:00Z", "2027-03-28T00:59:00Z"]) {
    const time = Date.parse(asked);
    assert.equal(nextOpening([window], time), Date.parse("2027-04-04T00:00:00Z"));
    assert.equal(
      openingText([window], time),
      "Sun 4 Apr 02:00 (Europe/Berlin); Sun 28 Mar 02:00 does not exist there, as the clocks go forward",
    );
  }
  for (
    let time = Date.parse("2027-03-27T23:00:00Z");
    time < Date.parse("2027-03-28T22:00:00Z");
    time += minute
  ) {
    assert.equal(isOpenAt([window], time), false);
  }
});

test("a window that begins in an hour that does not exist opens when the clocks are set", () => {
  const window = windowOf("Sun 02:30-05:00 Europe/Berlin");
  assert.equal(nextOpening([window], Date.parse("2027-03-27T12:00:00Z")), Date.parse("2027-03-28T01:00:00Z"));
});

test("an hour that comes twice is open both times", () => {
  const window = windowOf("Sun 02:00-02:30 Europe/Berlin");
  const open = ["00:00", "00:29", "01:00", "01:29"];
  const closed = ["00:30", "00:59", "01:30"];
  for (const [times, expected] of [
    [open, true],
    [closed, false],
  ] as const) {
    for (const time of times) {
      assert.equal(isOpenAt([window], Date.parse(`2027-10-31T${time}:00Z`)), expected, time);
    }
  }
  assert.equal(nextOpening([window], Date.parse("2027-10-31T00:10:00Z")), Date.parse("2027-10-31T01:00:00Z"));
});
