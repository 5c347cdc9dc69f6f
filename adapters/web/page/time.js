import { html, useEffect, useState } from "./preact.js";

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
  return duration((to ? Date.parse(to) : serverNow()) - Date.parse(from));
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

export function When({ at }) {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date().toDateString();
  const shown = isToday ? clock.format(date) : `${day.format(date)}, ${clock.format(date)}`;
  return html`<time dateTime=${date.toISOString()} title=${date.toLocaleString()}>${shown}</time>`;
}
