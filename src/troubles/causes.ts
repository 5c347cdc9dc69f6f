import { diskTrouble } from "../store/disk-trouble.ts";

/** Causes in words, for troubles whose report is made from facts. Each ends with a full stop. */

/** So many mistakes are told; the log has all. */
const mostMistakes = 5;

export function fleetCause(mistakes: readonly string[], isInForce = false): string {
  const more = mistakes.length - mostMistakes;
  const told = mistakes.slice(0, mostMistakes).map((one) => one.replace(/\.$/, ""));
  const rest = more > 0 ? `; and ${more} more` : "";
  const what = isInForce
    ? "fleet.yaml is in force, and has a mistake"
    : "fleet.yaml was changed and is not in force, the last good one is";
  return `${what}: ${told.join("; ")}${rest}.`;
}

export function auditCause(error: unknown): string {
  return `The audit cannot be written (${reasonOf(error)}): what is done is kept in memory, 1,000 entries at most, and is written when the disk takes it.`;
}

export function tokensCause(error: unknown): string {
  return `The tokens of people cannot be read (${reasonOf(error)}); the last ones stay in force, so one that was revoked since works on.`;
}

export const builderCause =
  "The builder does not answer: nothing can be built or checked there. Roll backs work without it.";

export function surfaceCause(name: string, detail: string): string {
  return `${name} is not well: ${detail.replace(/\.$/, "")}.`;
}

/** A disk's refusal in words, anything else in its own. */
function reasonOf(error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return diskTrouble(error)?.what ?? why.replace(/\.$/, "");
}
