import type { Deployment, Outcome } from "./deployment.ts";

/** Which deployments are sought; what is left out does not matter. */
export interface DeploymentFilter {
  readonly host?: string;
  /** How it ended; `open` is what has not. */
  readonly outcome?: Outcome | "open";
  /** The name of whoever asked, or a part of it. */
  readonly who?: string;
  /** Asked for at this time or later, as ISO 8601 in UTC. */
  readonly since?: string;
  readonly limit: number;
}

export function isSought(deployment: Deployment, { host, outcome, who, since }: DeploymentFilter): boolean {
  return (
    (host === undefined || deployment.host === host) &&
    (outcome === undefined || (deployment.outcome ?? "open") === outcome) &&
    (who === undefined || deployment.requestedBy.name.toLowerCase().includes(who.toLowerCase())) &&
    (since === undefined || deployment.createdAt >= since)
  );
}
