import type { SupervisorDeadlines } from "../activation/plan.ts";
import type { FleetFile } from "../config/fleet-file.ts";
import type { Check } from "../health/checks.ts";
import type { Target } from "../remote/hop.ts";
import type { Window } from "./windows.ts";

/** One machine, with everything that fleet.yaml and its defaults say about it. */
export interface Host {
  readonly name: string;
  readonly target: Target;
  readonly tags: readonly string[];
  readonly risk: "low" | "medium" | "high";
  readonly roles: readonly string[];
  readonly critical: readonly string[];
  /** Globs of units that no verdict counts. */
  readonly ignoreUnits: readonly string[];
  readonly checks: readonly Check[];
  /** Milliseconds. */
  readonly settle: number;
  readonly approveWithin: number;
  readonly rebootWithin: number;
  readonly deadlines: SupervisorDeadlines;
  readonly substitutes: boolean;
  /** What becomes of a deployment while another one has the host. */
  readonly whenBusy: "wait" | "refuse";
  readonly queueWithin: number;
  /** A roll back that somebody asked for locks the host, so that nothing deploys the same mistake again. */
  readonly lockAfterRollback: boolean;
  /** How many people have to want a deployment, whoever asked for it counted among them. */
  readonly approvals: number;
  /** When it may be deployed; always, where there are none. */
  readonly windows: readonly Window[];
  /** How long it is watched after a deployment, in milliseconds; null for not at all. */
  readonly monitor: number | null;
  /** It goes back by itself where it stops being well meanwhile. */
  readonly rollBackOnAlarm: boolean;
  readonly console: string | null;
  readonly secrets: readonly string[];
  /** Such as `slack:#status`. */
  readonly notify: readonly string[];
}

export function isLocal(host: Host): boolean {
  return host.target.address === "local";
}

/** A host that fleet.yaml does not name is reached by its own name, with the defaults. */
export function hostNamed(fleet: FleetFile, name: string): Host {
  const { defaults } = fleet;
  const entry = fleet.hosts[name];
  return {
    name,
    target: {
      name,
      address: entry?.targetHost ?? name,
      port: entry?.targetPort ?? defaults.targetPort,
      user: entry?.targetUser ?? defaults.targetUser,
      via: entry?.targetHost === "local" ? "builder" : (entry?.via ?? defaults.via),
      connectTimeout: 10,
    },
    tags: entry?.tags ?? [],
    risk: entry?.risk ?? "medium",
    roles: entry?.roles ?? ["deployer"],
    critical: entry?.critical ?? [],
    ignoreUnits: [...defaults.ignoreUnits, ...(entry?.ignoreUnits ?? [])],
    checks: entry?.checks ?? [],
    settle: entry?.settle ?? defaults.settle,
    approveWithin: entry?.approveWithin ?? defaults.approveWithin,
    rebootWithin: entry?.rebootWithin ?? defaults.rebootWithin,
    deadlines: {
      activateWithin: entry?.activateWithin ?? defaults.activateWithin,
      ackWithin: entry?.ackWithin ?? defaults.ackWithin,
      commitWithin: entry?.commitWithin ?? defaults.commitWithin,
      rollbackWithin: entry?.rollbackWithin ?? defaults.rollbackWithin,
    },
    substitutes: entry?.substitutes ?? defaults.substitutes,
    whenBusy: entry?.whenBusy ?? defaults.whenBusy,
    queueWithin: entry?.queueWithin ?? defaults.queueWithin,
    lockAfterRollback: entry?.lockAfterRollback ?? defaults.lockAfterRollback,
    approvals: entry?.approvals ?? defaults.approvals,
    windows: entry?.windows ?? defaults.windows,
    monitor: entry?.monitor === undefined ? null : Math.round(entry.monitor),
    rollBackOnAlarm: entry?.rollBackOnAlarm ?? false,
    console: entry?.console ?? null,
    secrets: entry?.secrets ?? [],
    notify: entry?.notify ?? [],
  };
}

/** The refs whose code may reach a host without more ado. */
export function trustedRefs(fleet: FleetFile): readonly string[] {
  return fleet.defaults.refs ?? [fleet.defaults.ref];
}
