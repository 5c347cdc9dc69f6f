import type { Desk, Reply } from "../../src/chat/desk.ts";
import { asksTwice, digestOf } from "../../src/deploy/consent.ts";
import type { Deployment } from "../../src/deploy/deployment.ts";
import { refuseChanged } from "../../src/deploy/refusals.ts";

/** Why a click decides nothing; null where it does. */
export function refuseDecision(
  id: string,
  members: readonly Deployment[],
  wanted: readonly Deployment[],
  decision: "switch" | "cancel",
  digest: string | null,
): Reply | null {
  if (wanted.length === 0) {
    return members.some(({ outcome }) => outcome === "expired")
      ? { kind: "refused", code: "expired", message: `${id} has expired.`, help: "Deploy again." }
      : { kind: "refused", code: "already-decided", message: `${id} is decided already.`, help: null };
  }
  return decision === "switch" && digest !== digestOf(wanted) ? refuseChanged(id, digest, wanted) : null;
}

/** Whether a yes needs the names of hosts first. */
export function beforeYes(
  id: string,
  wanted: readonly Deployment[],
  digest: string | null,
): Awaited<ReturnType<Desk["mayDecide"]>> {
  if (wanted.length > 0 && digest !== digestOf(wanted)) return refuseChanged(id, digest, wanted);
  const hosts = wanted.filter(asksTwice).map(({ host }) => host);
  return hosts.length === 0 ? { kind: "go" } : { kind: "ask", hosts };
}
