import assert from "node:assert/strict";
import { test } from "node:test";
import { Settings } from "luxon";
import { isOpenAt, nextOpening, openingText, parseWindow, type Window } from "../../../src/fleet/windows.ts";

const windows = (...texts: readonly string[]): Window[] =>
  texts.map((text) => parseWindow(text) ?? assert.fail(text));
const at = (iso: string) => Date.parse(iso);

test("blanks around and between the parts of a window do not count; more words do", () => {
  assert.equal(parseWindow("  Mon   9:00-17:00 \t UTC ")?.text, "Mon   9:00-17:00 \t UTC");
  for (const text of [
    "Mon 09:00-17:00 UTC only",
    "on Mon 09:00-17:00 UTC",
    "Foo-Mon 09:00-17:00 UTC",
    "Mon-Foo 09:00-17:00 UTC",
    "Mon- 09:00-17:00 UTC",
  ]) {
    assert.equal(parseWindow(text), null, text);
  }
});

test("a host is open while one of its windows is", () => {
  const two = windows("Mon 09:00-10:00 UTC", "Mon 12:00-13:00 UTC");
  const open = ["09:30", "10:30", "12:30"].map((time) => isOpenAt(two, at(`2026-11-23T${time}:00Z`)));
  assert.deepEqual(open, [true, false, true]);
});

test("a window that ends when it begins is a whole day", () => {
  const day = windows("Mon 09:00-09:00 UTC");
  assert.equal(isOpenAt(day, at("2026-11-23T08:59:00Z")), false);
  assert.equal(isOpenAt(day, at("2026-11-23T09:00:00Z")), true);
  assert.equal(isOpenAt(day, at("2026-11-24T08:59:00Z")), true);
  assert.equal(isOpenAt(day, at("2026-11-24T09:00:00Z")), false);
});

test("the moment at which a window opens is not its next opening", () => {
  const monday = windows("Mon 09:00-17:00 UTC");
  assert.equal(nextOpening(monday, at("2026-11-23T09:00:00Z")), at("2026-11-30T09:00:00Z"));
  assert.equal(nextOpening(monday, at("2026-11-23T08:59:59.999Z")), at("2026-11-23T09:00:00Z"));
});

test("without windows, or where none ever opens, there is no opening to tell of", () => {
  assert.equal(openingText([], at("2026-11-23T09:00:00Z")), null);
  const never = windows("Mon 09:00-17:00 UTC").map((window) => ({ ...window, days: [] }));
  assert.equal(openingText(never, at("2026-11-23T09:00:00Z")), null);
});

// In Berlin 02:00 to 03:00 does not exist on Sunday, 28 March 2027.
for (const [sentence, texts, asked, expected] of [
  [
    "an opening two weeks away is found",
    ["Sun 02:00-03:00 Europe/Berlin"],
    "2027-03-21T03:00:00Z",
    "Sun 4 Apr 02:00 (Europe/Berlin); Sun 28 Mar 02:00 does not exist there, as the clocks go forward",
  ],
  [
    "a start that was missing is told of until its hour has come",
    ["Sun 02:00-03:00 Europe/Berlin"],
    "2027-03-28T01:00:00Z",
    "Sun 4 Apr 02:00 (Europe/Berlin)",
  ],
  [
    "and not later on that day",
    ["Sun 02:00-03:00 Europe/Berlin"],
    "2027-03-28T12:00:00Z",
    "Sun 4 Apr 02:00 (Europe/Berlin)",
  ],
  [
    "one of another day is not told of",
    ["Mon 02:00-03:00 Europe/Berlin"],
    "2027-03-27T12:00:00Z",
    "Mon 29 Mar 02:00 (Europe/Berlin)",
  ],
  [
    "nor one that comes after the next opening",
    ["Sat,Sun 02:00-03:00 Europe/Berlin"],
    "2027-03-26T12:00:00Z",
    "Sat 27 Mar 02:00 (Europe/Berlin)",
  ],
  [
    "nor one in whose place another window opens at that moment",
    ["Sun 02:00-03:00 Europe/Berlin", "Sun 03:00-04:00 Europe/Berlin"],
    "2027-03-27T12:00:00Z",
    "Sun 28 Mar 03:00 (Europe/Berlin)",
  ],
  [
    "a start within an open window exists",
    ["Mon,Tue 09:30-09:30 Europe/Berlin"],
    "2026-11-23T12:00:00Z",
    "Mon 30 Nov 09:30 (Europe/Berlin)",
  ],
] as const) {
  test(`when it opens: ${sentence}`, () => {
    assert.equal(openingText(windows(...texts), at(asked)), expected);
  });
}

test("the machine's own zone and language change nothing", (t) => {
  const { defaultZone, defaultLocale } = Settings;
  t.after(() => {
    Settings.defaultZone = defaultZone;
    Settings.defaultLocale = defaultLocale;
  });
  const window = windows("Sun 02:00-03:00 Europe/Berlin");
  const expected = openingText(window, at("2027-03-22T12:00:00Z"));
  for (const zone of ["Pacific/Kiritimati", "Pacific/Pago_Pago"]) {
    Settings.defaultZone = zone;
    Settings.defaultLocale = "de";
    assert.equal(openingText(window, at("2027-03-22T12:00:00Z")), expected);
  }
});
