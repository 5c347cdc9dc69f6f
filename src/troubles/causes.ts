/** Causes in words, for troubles whose report is made from facts. Each ends with a full stop. */

/** So many mistakes are told; the log has all. */
const mostMistakes = 5;

export function fleetCause(mistakes: readonly string[]): string {
  const more = mistakes.length - mostMistakes;
  const told = mistakes.slice(0, mostMistakes).map((one) => one.replace(/\.$/, ""));
  const rest = more > 0 ? `; and ${more} more` : "";
  return `fleet.yaml was changed and is not in force, the last good one is: ${told.join("; ")}${rest}.`;
}
