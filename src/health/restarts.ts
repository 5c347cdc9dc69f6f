import type { HealthSnapshot, UnitState } from "../deploy/health-snapshot.ts";

/**
 * How often systemd restarted a unit by itself since the baseline. The journal's own messages count them. NRestarts alone
 * cannot tell: a switch's `reset-failed` sets it to 0 for every unit. But a unit under the same InvocationID was not started
 * since, and under another one NRestarts counts from that `reset-failed` on.
 */
export function restartsSince(name: string, before: UnitState | undefined, now: HealthSnapshot): number {
  const unit = now.units[name];
  const counted = Object.hasOwn(now.restarts ?? {}, name) ? (now.restarts?.[name]?.count ?? 0) : 0;
  if (counted > 0 || unit === undefined) {
    return counted;
  }
  return before !== undefined && before.invocation !== "" && before.invocation === unit.invocation
    ? 0
    : unit.restarts;
}

/** Why it ended last, such as `exited with 1`; empty where that is not known. `Result` says success while a unit starts again. */
export function lastExit(name: string, now: HealthSnapshot): string {
  const told = Object.hasOwn(now.restarts ?? {}, name) ? (now.restarts?.[name]?.exit ?? "") : "";
  const result = now.units[name]?.result ?? "";
  return told !== "" ? told : result === "success" ? "" : result;
}
