import type { Explained } from "./explained.ts";

const windows = "src/fleet/windows.ts";
const verdict = "src/health/verdict.ts";
const trouble = "src/health/unit-trouble.ts";

export const hosts: readonly Explained[] = [
  {
    file: windows,
    original: "-1",
    replacement: "+1",
    why: "For the types: split() gives one part at least.",
  },
  {
    file: windows,
    original: "[]",
    replacement: '["Stryker was here"]',
    why: "The first entry is the whole match, which is not read.",
  },
  {
    file: windows,
    original: "{ zone }",
    replacement: "{}",
    why: "The days looked at begin one before and end one after those that count, so another calendar's day is enough.",
  },
  {
    file: windows,
    original: "left < to",
    replacement: "left <= to",
    why: "Half a day more than is needed is looked through.",
  },
  {
    file: windows,
    original: "offsetAt(zone, high) !== before",
    replacement: "true",
    why: "It saves work: a moment at which no clock is set is an opening only where a window opens.",
  },
  {
    file: windows,
    original: "next === null || window === undefined",
    replacement: "next === null && window === undefined",
    why: "For the types: there is a window for each opening.",
  },
  {
    file: windows,
    original: "next === null",
    replacement: "false",
    why: "For the types: there is a window for each opening.",
  },
  {
    file: windows,
    original: "window === undefined",
    replacement: "false",
    why: "For the types: there is a window for each opening.",
  },
  {
    file: verdict,
    original: "[]",
    replacement: '["Stryker was here"]',
    why: "A glob that names no unit.",
  },
  {
    file: verdict,
    original: "before.users?.[user]?.includes",
    replacement: "before.users?.[user].includes",
    why: "For the types: hasOwn() has looked already.",
  },
  {
    file: verdict,
    original: "before.users?.[user]",
    replacement: "before.users[user]",
    why: "For the types: hasOwn() has looked already.",
  },
  {
    file: trouble,
    original: "after?.sub",
    replacement: "after.sub",
    why: "For the types: a unit that is not there was left out before.",
  },
  {
    file: trouble,
    original: "before?.wanted",
    replacement: "before.wanted",
    why: "For the types: it ran before, so it was there.",
  },
];
