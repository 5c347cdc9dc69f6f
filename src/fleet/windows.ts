import { DateTime, IANAZone, type WeekdayNumbers } from "luxon";

/** When a host may be deployed: days of the week and a span of the day, in a time zone of its own. */
export interface Window {
  /** As it was written. */
  readonly text: string;
  /** 1 is Monday, 7 is Sunday. */
  readonly days: readonly WeekdayNumbers[];
  /** Minutes since midnight; an end that is not after its start means the next day. */
  readonly from: number;
  readonly to: number;
  readonly zone: string;
}

const dayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const form = /^(\S+)\s+(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})\s+(\S+)$/;

/** Reads `Mon-Thu 09:00-17:00 Europe/Berlin` (also `Mon,Wed`, and over midnight); null where it is no window. */
export function parseWindow(text: string): Window | null {
  const [, dayText = "", fromHour, fromMinute, toHour, toMinute, zone = ""] = form.exec(text.trim()) ?? [];
  const days = parseDays(dayText);
  const from = minutes(fromHour, fromMinute);
  const to = minutes(toHour, toMinute);
  return days === null || from === null || to === null || from === 1440 || !IANAZone.isValidZone(zone)
    ? null
    : { text: text.trim(), days, from, to, zone };
}

/** `Mon-Thu,Sat`; a range may go over the end of the week. */
function parseDays(text: string): WeekdayNumbers[] | null {
  const days = new Set<WeekdayNumbers>();
  for (const part of text.toLowerCase().split(",")) {
    const [first = -1, last = first, ...more] = part
      .split("-")
      .map((name) => dayNames.indexOf(name as "mon"));
    if (first < 0 || last < 0 || more.length > 0) {
      return null;
    }
    for (let day = first; ; day = (day + 1) % 7) {
      days.add((day + 1) as WeekdayNumbers);
      if (day === last) {
        break;
      }
    }
  }
  return [...days].sort();
}

function minutes(hour = "", minute = ""): number | null {
  const value = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && value <= 1440 ? value : null;
}

/** Whether a host without windows, or with one that is open at that time, may be deployed. */
export function isOpenAt(windows: readonly Window[], time: number): boolean {
  return windows.length === 0 || windows.some((window) => covers(window, time));
}

/** By the clock on the wall there: an hour that comes twice is open both times, and one that never comes opens nothing. */
function covers({ days, from, to, zone }: Window, time: number): boolean {
  const local = DateTime.fromMillis(time, { zone });
  const minute = local.hour * 60 + local.minute;
  const isDay = days.includes(local.weekday as WeekdayNumbers);
  if (to > from) {
    return isDay && from <= minute && minute < to;
  }
  const dayBefore = (local.weekday === 1 ? 7 : local.weekday - 1) as WeekdayNumbers;
  return (isDay && minute >= from) || (days.includes(dayBefore) && minute < to);
}

/** When the next window opens, in milliseconds since 1970; null where none does within two weeks. */
export function nextOpening(windows: readonly Window[], time: number): number | null {
  const openings = windows.flatMap((window) => openingsOf(window, time));
  return openings.length === 0 ? null : Math.min(...openings);
}

const hour = 60 * 60_000;
/** Where an hour does not exist, its window comes a week later, and may be a week away as it is. */
const lookAhead = 16;

/** When it opens after that time: at its start by any offset in use then, or where the clock is set to within it. */
function openingsOf(window: Window, time: number): number[] {
  const { zone } = window;
  const changes = clockChanges(zone, time, time + lookAhead * 24 * hour);
  const offsets = new Set([offsetAt(zone, time), ...changes.map((at) => offsetAt(zone, at))]);
  const starts = daysFrom(zone, time).flatMap((day) =>
    [...offsets].map((offset) => day + (window.from - offset) * 60_000),
  );
  return [...starts, ...changes].filter((at) => at > time && covers(window, at) && !covers(window, at - 1));
}

/** The days around a time on the calendar of a zone, each as its midnight would be in UTC. */
function daysFrom(zone: string, time: number): number[] {
  const { year, month, day } = DateTime.fromMillis(time, { zone });
  return Array.from({ length: lookAhead + 1 }, (_, index) => Date.UTC(year, month - 1, day - 1 + index));
}

function offsetAt(zone: string, time: number): number {
  return DateTime.fromMillis(time, { zone }).offset;
}

/** The moments at which the clocks of a zone are set, found by halving. */
function clockChanges(zone: string, from: number, to: number): number[] {
  const found: number[] = [];
  for (let left = from; left < to; left += 12 * hour) {
    let [low, high] = [left, left + 12 * hour];
    const before = offsetAt(zone, low);
    if (offsetAt(zone, high) !== before) {
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        [low, high] = offsetAt(zone, middle) === before ? [middle, high] : [low, middle];
      }
      found.push(high);
    }
  }
  return found;
}

/** The first start of a window, before it next opens, that falls into an hour which does not exist; null where none does. */
function missingStart(window: Window, time: number, next: number): string | null {
  const { zone, from, days } = window;
  for (const day of daysFrom(zone, time)) {
    const written = DateTime.fromMillis(day, { zone: "utc", locale: "en" }).plus({ minutes: from });
    const { year, month, day: date, hour: hours, minute } = written;
    const there = DateTime.fromObject({ year, month, day: date, hour: hours, minute }, { zone });
    const isMissing = there.hour * 60 + there.minute !== from;
    const at = there.toMillis();
    if (days.includes(written.weekday as WeekdayNumbers) && isMissing && at > time && at < next) {
      return `${written.toFormat("ccc d LLL HH:mm")} does not exist there, as the clocks go forward`;
    }
  }
  return null;
}

/** Such as `Tue 24 Nov 09:00 (Europe/Berlin)`, the time of the window's own zone; says where an hour before it does not exist. */
export function openingText(windows: readonly Window[], time: number): string | null {
  const next = nextOpening(windows, time);
  const window = windows.find((one) => openingsOf(one, time).includes(next ?? Number.NaN));
  if (next === null || window === undefined) {
    return null;
  }
  const { zone } = window;
  const opens = `${DateTime.fromMillis(next, { zone, locale: "en" }).toFormat("ccc d LLL HH:mm")} (${zone})`;
  const missing = windows.map((one) => missingStart(one, time, next)).find((one) => one !== null);
  return missing === undefined ? opens : `${opens}; ${missing}`;
}
