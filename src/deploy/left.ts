import { type Deployment, systemToRun } from "./deployment.ts";
import type { HostFacts } from "./host-facts.ts";

interface Left {
  readonly current: string;
  readonly generation: number | null;
}

/** What a deployment left on its host; null where that is not known. */
function leftBy(deployment: Deployment): Left | null {
  const { outcome, previous, before, generation } = deployment;
  const runs = systemToRun(deployment);
  switch (outcome) {
    case "deployed":
    case "deployed-degraded":
    case "unchanged":
      return runs === null ? null : { current: runs, generation };
    case "rolled-back":
      return previous === null ? null : { current: previous, generation: before?.generation ?? null };
    default:
      return null;
  }
}

/** These touched nothing: what the host was before, it still is. */
const untouching: ReadonlySet<string> = new Set([
  "built",
  "tested",
  "failed",
  "cancelled",
  "expired",
  "refused",
  "skipped",
]);

/**
 * Whether somebody changed a host since its newest deployment, not through the bot: `past` are its deployments, the newest
 * first. While one is under way its host changes for a good reason.
 */
export function isChangedByHand(
  facts: Pick<HostFacts, "current" | "generation">,
  past: readonly Deployment[],
): boolean {
  if (past.some(({ mode, outcome }) => mode !== "build-only" && outcome === null)) {
    return false;
  }
  const last = past.find(({ outcome }) => outcome !== null && !untouching.has(outcome));
  const left = last === undefined ? null : leftBy(last);
  return (
    left !== null &&
    (facts.current !== left.current ||
      (left.generation !== null && facts.generation !== null && facts.generation !== left.generation))
  );
}
