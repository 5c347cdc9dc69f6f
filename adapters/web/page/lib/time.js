import { html, useEffect, useState } from "../preact.js";

let ahead = 0;

/** Ages are counted on the server's clock: a phone that is two minutes off would show nonsense. */
export function learnServerTime(date) {
  const at = Date.parse(date ?? "");
  if (Number.isNaN(at)) return;
  const offset = at + 500 - Date.now();
  // The header has whole seconds only: small differences are rounding, not a wrong clock.
  ahead = Math.abs(offset) < 2_000 ? 0 : offset;
}

export function serverNow() {
  return Date.now() + ahead;
}

export function duration(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 10) return `${(Math.max(0, ms) / 1000).toFixed(1)}s`;
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${String(seconds % 60).padStart(2, "0")}s`;
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, "0")}m`;
}

/** Time since `from`, ticking until `to` is known. */
export function Elapsed({ from, to }) {
  const [, tick] = useState(0);
  useEffect(() => {
    if (to) return undefined;
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, [to]);
  const ms = (to ? Date.parse(to) : serverNow()) - Date.parse(from);
  // What still runs is counted in whole seconds.
  return duration(to ? ms : Math.max(0, Math.floor(ms / 1000)) * 1000).replace(to ? "" : ".0", "");
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

export function When({ at }) {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date().toDateString();
  const shown = isToday ? clock.format(date) : `${day.format(date)}, ${clock.format(date)}`;
  return html`<time dateTime=${date.toISOString()} title=${date.toLocaleString()}>${shown}</time>`;
}

const steps = [
  [60, 1, "second"],
  [3_600, 60, "minute"],
  [86_400, 3_600, "hour"],
  [Number.POSITIVE_INFINITY, 86_400, "day"],
];
const relative = new Intl.RelativeTimeFormat(undefined, { style: "narrow", numeric: "auto" });

/** Such as "3 min. ago", as of the last time it was drawn. */
export function Ago({ at }) {
  const seconds = Math.max(0, (serverNow() - Date.parse(at)) / 1000);
  const [, each, unit] = steps.find(([until]) => seconds < until);
  const shown = unit === "second" ? "just now" : relative.format(-Math.floor(seconds / each), unit);
  return html`<time dateTime=${at} title=${new Date(at).toLocaleString()}>${shown}</time>`;
}

const dayName = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

const keys = new Map();

/** The same for two times of one day here. Kept, as hundreds of entries are compared at every drawing. */
export function dayKey(at) {
  let key = keys.get(at);
  if (key === undefined) {
    key = new Date(at).toDateString();
    keys.set(at, key);
  }
  return key;
}

/** The day as a heading between entries. */
export function dayOf(at) {
  const date = new Date(at);
  return date.toDateString() === new Date(serverNow()).toDateString() ? "Today" : dayName.format(date);
}
