/** The tone of an outcome, as src/views/deployment-card.ts has it. */
export const tones = {
  built: "good",
  tested: "good",
  unchanged: "good",
  deployed: "good",
  done: "good",
  "deployed-degraded": "warning",
  "rolled-back": "warning",
  expired: "warning",
  superseded: "warning",
  skipped: "warning",
  cancelled: "neutral",
  "rollback-failed": "bad",
  failed: "bad",
  refused: "bad",
  unknown: "bad",
};

export function toneOf(outcome) {
  return outcome === null || outcome === undefined ? "info" : (tones[outcome] ?? "neutral");
}

export function healthTone(health) {
  if (health === null) return "neutral";
  return health === "running" ? "good" : health === "no answer" ? "bad" : "warning";
}

/** `Deploy yoga: switch?` → what it is about, and how it stands. */
export function titleParts(title) {
  const at = title.lastIndexOf(": ");
  return at < 0 ? [title, ""] : [title.slice(0, at), title.slice(at + 2)];
}

export function awaitsDecision({ outcome, phase, confirmation }) {
  return outcome === null && phase === "confirm" && confirmation?.decision === null;
}

const isError =
  /^\s*(error|fatal|failed|problem)\b|\b(error|problem):|\bfailed (to|with)\b|\[emerg\]|\.(service|socket|timer|mount|path) failed\b|=== (failed|rolled-back|rollback-failed|unknown)/i;

/** The tone of a line that a program wrote. */
export function lineTone(text) {
  return isError.test(text) ? "bad" : /\bwarning:/i.test(text) ? "warning" : "";
}
