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
  return (
    windows.length === 0 ||
    windows.some((window) => spans(window, time).some(([from, to]) => from <= time && time < to))
  );
}

/** When the next window opens, in milliseconds since 1970; null where none ever does. */
export function nextOpening(windows: readonly Window[], time: number): number | null {
  const starts = windows
    .flatMap((window) => spans(window, time).map(([from]) => from))
    .filter((from) => from > time);
  return starts.length === 0 ? null : Math.min(...starts);
}

/** The spans of a window from the day before until a week later, each as it falls on that day's own clock. */
function spans({ days, from, to, zone }: Window, time: number): (readonly [number, number])[] {
  const midnight = DateTime.fromMillis(time, { zone }).startOf("day");
  return Array.from({ length: 9 }, (_, index) => midnight.plus({ days: index - 1 }))
    .filter((day) => days.includes(day.weekday as WeekdayNumbers))
    .map((day) => [at(day, from), at(to > from ? day : day.plus({ days: 1 }), to)] as const);
}

function at(day: DateTime, minute: number): number {
  const isMidnight = minute === 1440;
  return (isMidnight ? day.plus({ days: 1 }) : day)
    .set({ hour: isMidnight ? 0 : Math.floor(minute / 60), minute: minute % 60 })
    .toMillis();
}

/** Such as `Tue 24 Nov 09:00 (Europe/Berlin)`: the time of the window's own zone. */
export function openingText(windows: readonly Window[], time: number): string | null {
  const next = nextOpening(windows, time);
  const zone = windows.find((window) => spans(window, time).some(([from]) => from === next))?.zone;
  return next === null || zone === undefined
    ? null
    : `${DateTime.fromMillis(next, { zone, locale: "en" }).toFormat("ccc d LLL HH:mm")} (${zone})`;
}
