import type { AuditEntry } from "../logs/audit.ts";
import type { LostWord } from "./confirmation.ts";
import type { Deployment } from "./deployment.ts";
import { goesBack } from "./modes.ts";

/** Who decided the card of a deployment, on which surface, and on what; null while nobody has. */
export function decidedEntry(record: Deployment): AuditEntry | null {
  const approval = record.phase === "approve" ? record.refApproval : null;
  if (approval !== null) {
    const asked = `asked for by ${record.requestedBy.name} on ${record.requestedBy.surface}`;
    const detail = `let ${record.toplevel} of ${record.ref} through to ${record.host}, at ${approval.at}; ${asked}`;
    return { who: approval.by, what: "approved", about: record.id, detail, more: facts(record) };
  }
  const decision = record.confirmation?.decision ?? null;
  if (decision === null) {
    return null;
  }
  const { host, id, previous, requestedBy } = record;
  const what = goesBack(record) ? "roll back" : decision.action;
  const asked = `asked for by ${requestedBy.name} on ${requestedBy.surface}`;
  const also = (record.confirmation?.approvals ?? []).map(({ person, by }) => `${person} on ${by.surface}`);
  const word = also.length === 0 ? "" : `; their word gave ${also.join(", ")}`;
  const waived = record.noRollback === true ? "; without a roll back for its health (--no-rollback)" : "";
  const detail =
    decision.action === "cancel"
      ? `cancel at ${decision.at}, before ${host} switched; ${asked}`
      : `${what} ${host} from ${previous ?? "what it runs"} to ${record.toplevel}, at ${decision.at}; ${asked}${word}${waived}`;
  return { who: decision.by, what: "decided", about: id, detail, more: facts(record) };
}

/** A word that does not count any more, and why. */
export function lostEntry(record: Deployment, { by, why }: LostWord): AuditEntry {
  const detail = `the word of ${by.name} on ${by.surface} does not count any more: ${why}`;
  return { who: by, what: "lost", about: record.id, detail, more: facts(record) };
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
