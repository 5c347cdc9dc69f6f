import type { AuditEntry } from "../logs/audit.ts";
import type { Deployment } from "./deployment.ts";

/** Who decided the card of a deployment, on which surface, and on what; null while nobody has. */
export function decidedEntry(record: Deployment): AuditEntry | null {
  const decision = record.confirmation?.decision ?? null;
  if (decision === null) {
    return null;
  }
  const { host, id, mode, previous, requestedBy } = record;
  const what = mode === "rollback" ? "roll back" : decision.action;
  const asked = `asked for by ${requestedBy.name} on ${requestedBy.surface}`;
  const detail =
    decision.action === "cancel"
      ? `cancel at ${decision.at}, before ${host} switched; ${asked}`
      : `${what} ${host} from ${previous ?? "what it runs"} to ${record.toplevel}, at ${decision.at}; ${asked}`;
  return { who: decision.by, what: "decided", about: id, detail, more: facts(record) };
}

/** How a deployment ended, and why. */
export function endedEntry(record: Deployment): AuditEntry {
  const detail = `${record.outcome}: ${record.message}`;
  return { who: record.requestedBy, what: "ended", about: record.id, detail, more: facts(record) };
}

function facts(record: Deployment): NonNullable<AuditEntry["more"]> {
  return {
    run: record.run,
    host: record.host,
    mode: record.mode,
    why: record.reason,
    ref: record.ref,
    revision: record.revision,
    toplevel: record.toplevel,
    previousSystem: record.previous,
    outcome: record.outcome,
  };
}
