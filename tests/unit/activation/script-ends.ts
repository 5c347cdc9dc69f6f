import assert from "node:assert/strict";
import type { ScriptEnd } from "../../fakes/script-host.ts";

/** How a switch has to end: the state's first word, and then running system, profile and boot default. */
export type End = readonly [state: RegExp, current: string, profile: string, boot: string];

export const committed: End = [/^committed system-2-link$/, "new", "new", "new"];
export const rolledBack = (why: RegExp): End => [
  new RegExp(`^rolled-back .*${why.source}`),
  "old",
  "old",
  "old",
];

export function assertEnd(seen: ScriptEnd, [state, current, profile, boot]: End): void {
  assert.match(seen.state, state, seen.log);
  assert.deepEqual(
    { current: seen.current, profile: seen.profile, boot: seen.boot },
    { current, profile, boot },
    seen.log,
  );
  assert.equal(seen.isLocked, false, "the lock is free");
  if (seen.state.startsWith("rolled-back") && !seen.state.includes("went down")) {
    assert.deepEqual(seen.activeUnits, ["web.service"], "what ran before runs again");
  }
}
