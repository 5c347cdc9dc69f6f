import type { Actor, Confirmation, Decision, Deployment } from "./deployment.ts";

/** Who says yes where nobody has to. */
export const switchyard: Actor = { surface: "terminal", id: "switchyard", name: "Switchyard" };

/** The word for a roll back that an alarm began; null for everything that people decide. */
export function automaticDecision(
  { mode, alarmOf }: Deployment,
  gate: Confirmation["gate"],
  at: string,
): Decision | null {
  return mode === "rollback" && gate === "switch" && alarmOf !== null
    ? { action: "switch", by: switchyard, at }
    : null;
}
