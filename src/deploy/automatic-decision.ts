import type { Actor } from "./actor.ts";
import type { Confirmation, Decision } from "./confirmation.ts";
import type { Deployment } from "./deployment.ts";
import { goesBack } from "./modes.ts";

/** Who says yes where nobody has to. */
export const switchyard: Actor = { surface: "terminal", id: "switchyard", name: "Switchyard" };

/** The word for a roll back that an alarm began; null for everything that people decide. */
export function automaticDecision(
  deployment: Deployment,
  gate: Confirmation["gate"],
  at: string,
): Decision | null {
  return goesBack(deployment) && gate === "switch" && deployment.alarmOf !== null
    ? { action: "switch", by: switchyard, at }
    : null;
}
