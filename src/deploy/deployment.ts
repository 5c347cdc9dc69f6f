import { z } from "zod";
import { actorSchema } from "./actor.ts";
import { comparisonSchema } from "./comparison.ts";
import { confirmationSchema, refApprovalSchema } from "./confirmation.ts";
import { healthSnapshotSchema } from "./health-snapshot.ts";
import { hostActSchema } from "./host-act.ts";
import { hostFactsSchema } from "./host-facts.ts";
import { monitorSchema } from "./monitor-record.ts";

/** The phases in the words people see: those of a full deployment in its order, then what else is done to a host. */
const deploying = [
  "check",
  "build",
  "approve",
  "copy",
  "dry-activate",
  "confirm",
  "switch",
  "validate",
] as const;
export const phaseNames = [
  ...deploying,
  "monitor",
  "compare",
  "collect",
  "prune",
  "reboot",
  "adopt",
] as const;
export type PhaseName = (typeof phaseNames)[number];
export const deployPhases: readonly PhaseName[] = deploying;
/** The phases that wait for people's words; each of them declares so itself (`waitsForPeople`), which a test compares. */
export const askingPhases: readonly PhaseName[] = ["approve", "confirm"];

export const outcomes = [
  "built",
  "tested",
  "unchanged",
  "deployed",
  "deployed-degraded",
  "done",
  "rolled-back",
  "rollback-failed",
  "failed",
  "cancelled",
  "expired",
  "refused",
  "skipped",
  "superseded",
  "unknown",
] as const;
export type Outcome = (typeof outcomes)[number];

export const modes = [
  "deploy",
  "dry-run",
  "build-only",
  "boot",
  "rollback",
  "diff",
  "gc",
  "prune",
  "reboot",
  "adopt",
] as const;
export type Mode = (typeof modes)[number];

const time = z.iso.datetime();

export const packageChangeSchema = z.object({
  name: z.string(),
  before: z.string(),
  after: z.string(),
  size: z.string(),
});
export type PackageChange = z.infer<typeof packageChangeSchema>;

export const unitChangesSchema = z.object({
  stop: z.array(z.string()),
  skip: z.array(z.string()),
  restart: z.array(z.string()),
  start: z.array(z.string()),
  reload: z.array(z.string()),
  /** What else it would do, in its own words. */
  others: z.array(z.string()).exactOptional(),
});
export type UnitChanges = z.infer<typeof unitChangesSchema>;

/** A deployment's place at its host: it waits behind another one or a lock, or has its turn. */
export const queueSchema = z.object({
  state: z.enum(["waiting", "turn"]),
  /** Whom it waits behind, in words; what it waited behind last, once it has its turn. */
  behind: z.string().nullable(),
  since: time.nullable(),
  until: time.nullable(),
});
export type Queue = z.infer<typeof queueSchema>;
/** One thing that was looked at before work began, and how it is. */
export const findingSchema = z.object({
  name: z.string(),
  state: z.enum(["ok", "warning", "failed"]),
  detail: z.string(),
  help: z.string().nullable(),
});
export type Finding = z.infer<typeof findingSchema>;

/** A known error of Nix in a log: what it is called, the line that shows it, where it is, and what to do. */
export const diagnosisSchema = z.object({
  title: z.string(),
  line: z.string(),
  /** Such as `hosts/yoga.nix:7:3`. */
  where: z.string().nullable(),
  advice: z.string(),
});
export type Diagnosis = z.infer<typeof diagnosisSchema>;

export const deploymentSchema = z.object({
  id: z.string().regex(/^d-\d{8}-[0-9a-f]{4}$/),
  run: z.string(),
  host: z.string(),
  mode: z.enum(modes),
  requestedBy: actorSchema,
  reason: z.string().nullable(),
  ref: z.string().nullable(),
  /** Whoever asked may deploy code that is not in the fleet's trusted refs. */
  allowAnyRef: z.boolean(),
  /** Its revision is in the fleet's trusted refs; null until that was looked at. */
  isTrusted: z.boolean().nullable().default(null),
  /** Who let code that is in no trusted ref reach the host. */
  refApproval: refApprovalSchema.nullable().default(null),
  /** Asked for outside the host's windows, which takes an approver. */
  isForced: z.boolean().default(false),
  /** An admin's word: the new system is kept whatever its health. Ack and deadlines hold all the same. */
  noRollback: z.boolean().exactOptional(),
  /** Decided with the other hosts of its run, by one question. */
  isTogether: z.boolean().default(false),
  queue: queueSchema.default({ state: "turn", behind: null, since: null, until: null }),
  revision: z.string().nullable(),
  commit: z.object({ subject: z.string(), author: z.string(), date: z.string() }).nullable(),
  phase: z.enum(phaseNames),
  outcome: z.enum(outcomes).nullable(),
  /** One sentence on how it ended, what to do about it, and the last lines that show why. */
  message: z.string().nullable(),
  help: z.string().nullable(),
  lines: z.array(z.string()),
  derivation: z.string().nullable(),
  toplevel: z.string().nullable(),
  /** The store path that ran before, and is rolled back to. */
  previous: z.string().nullable(),
  /**
   * What runs once `toplevel` is switched to, where that is another path: the specialisation of it that the host is kept
   * in. Profile and boot entry get `toplevel`.
   */
  runs: z.string().nullable().default(null),
  /** What the host ran when the baseline was taken. */
  before: hostFactsSchema.nullable(),
  baseline: healthSnapshotSchema.nullable(),
  /** For a roll back: the generation asked for. */
  toGeneration: z.number().int().nullable(),
  /** A roll back to what did not run well before the present system: a deployment, under all the rules of one. Null in older records. */
  isForward: z.boolean().nullable().default(null),
  /** The generation the host's profile ended on. */
  generation: z.number().int().nullable(),
  diff: z.array(packageChangeSchema),
  units: unitChangesSchema.nullable(),
  /** The units that the switch really touched, once it has. */
  touched: z.array(z.string()).exactOptional(),
  warnings: z.array(z.string()),
  rebootNeeded: z.boolean(),
  /** The new system has other switch inhibitors than the running one, so NixOS may refuse to switch to it. */
  isInhibited: z.boolean().default(false),
  /** The Nix of the builder, such as `2.26.3`. */
  nixVersion: z.string().nullable(),
  risk: z.enum(["low", "medium", "high"]),
  confirmation: confirmationSchema.nullable(),
  /** When the supervisor's own deadlines have all passed, whatever happened; set before it is started. */
  supervisedUntil: time.nullable(),
  /** Set once a supervisor is known to have begun: the state in which it was last seen, or `running`. */
  lastState: z.string().nullable().default(null),
  /** Its supervisor's last word and the machine said different things. */
  isContradicted: z.boolean().exactOptional(),
  /** It was not well after its switch, and kept by `noRollback` alone. */
  isKeptUnwell: z.boolean().exactOptional(),
  /** How often it was begun again, as the bot had been stopped or had died. */
  restarts: z.int().default(0),
  /** For gc, prune and reboot: what was asked for, and what was seen of the host. */
  act: hostActSchema.nullable().default(null),
  /** For diff: what was found beside `diff`. */
  comparison: comparisonSchema.nullable().default(null),
  /** Set when an outcome of `unknown` was corrected by a later look at the host. */
  correction: z
    .object({ by: actorSchema, at: time, was: z.enum(outcomes) })
    .nullable()
    .default(null),
  times: z.partialRecord(z.enum(phaseNames), z.object({ startedAt: time, finishedAt: time.nullable() })),
  createdAt: time,
  finishedAt: time.nullable(),
  /** The log file, relative to the data directory. */
  log: z.string(),
  /** What was checked before work began, in the order in which people read it. */
  checks: z.array(findingSchema).default([]),
  /** Whoever asked wants `nix flake check` to pass first. */
  flakeCheck: z.boolean().default(false),
  /** The store path of the flake's files, so that a place in them can be told from one in nixpkgs. */
  source: z.string().nullable().default(null),
  diagnosis: diagnosisSchema.nullable().default(null),
  /** How long its host is watched after the switch, in milliseconds; null for not at all. */
  watch: z.int().nullable().default(null),
  /** Set once the switch has ended well, while its host is watched and afterwards. */
  monitor: monitorSchema.nullable().default(null),
  /** The deployment whose alarm began this roll back by itself: nobody has to click. */
  alarmOf: z.string().nullable().default(null),
  /** Where the host's screen is to be seen, as fleet.yaml had it. */
  console: z.string().nullable().default(null),
});
export type Deployment = z.infer<typeof deploymentSchema>;

export function isOpen(deployment: Deployment): boolean {
  return deployment.outcome === null;
}

/** True while a click on Switch or Cancel can still decide something. */
export function awaitsDecision(deployment: Deployment): boolean {
  return (
    isOpen(deployment) &&
    askingPhases.includes(deployment.phase) &&
    deployment.confirmation?.decision === null
  );
}

/** The path behind /run/current-system once the switch has gone well. */
export function systemToRun({ toplevel, runs }: Pick<Deployment, "toplevel" | "runs">): string | null {
  return runs ?? toplevel;
}
