import { z } from "zod";
import { machineSchema } from "../fleet/machine.ts";
import { commandRequestSchema } from "./command-request.ts";
import { comparisonSchema } from "./comparison.ts";
import { hostActSchema } from "./host-act.ts";
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

/** Who did something, and where: one person may appear under several surfaces. */
export const actorSchema = z.object({
  surface: z.string(),
  id: z.string(),
  name: z.string(),
  /** The name under `people`: one human, on however many surfaces. Left out for somebody whom fleet.yaml does not know. */
  person: z.string().exactOptional(),
  /** The groups of a chat platform that its rights came from, and whether it is of another organisation: asked again before the act. */
  groups: z.array(z.string()).readonly().exactOptional(),
  isOutsider: z.boolean().exactOptional(),
});
export type Actor = z.infer<typeof actorSchema>;

const time = z.iso.datetime();

/** A system among the generations of a host. */
const placedSchema = z.object({
  toplevel: z.string(),
  generations: z.array(z.int()).readonly(),
  specialisation: z
    .object({ name: z.string(), generation: z.int().nullable(), parent: z.string() })
    .nullable(),
});

/** What a host ran when it was looked at; the supervisor refuses to act when this has changed. */
export const hostFactsSchema = z.object({
  /** The store path behind /run/current-system. */
  current: z.string(),
  /** The link behind /nix/var/nix/profiles/system, such as `system-12-link`; null where there is no profile. */
  profile: z.string().nullable(),
  /** The store path behind the profile: what the next boot takes. */
  profileSystem: z.string().nullable(),
  /** The number in `profile`: of what boots next, which need not be what runs. See `systemsOf`. */
  generation: z.number().int().nullable(),
  /** Where what runs, and what was booted, stand among the generations. Older records do not have it. */
  places: z.object({ running: placedSchema, booted: placedSchema }).exactOptional(),
  bootId: z.string(),
  /** Which machine answered. Older records do not have it. */
  machine: machineSchema.exactOptional(),
  rebootNeeded: z.boolean().default(false),
});
export type HostFacts = z.infer<typeof hostFactsSchema>;

export const unitSchema = z.object({
  active: z.string(),
  sub: z.string(),
  /** How often systemd restarted it by itself since it was last started by hand. */
  restarts: z.number().int(),
  /** It was never restarted by systemd, or has run for a good while since. */
  isSteady: z.boolean(),
  invocation: z.string(),
  load: z.string(),
  result: z.string(),
  /** A target or another unit wants it to run all the time; what only a socket, timer or path starts may come and go. */
  wanted: z.boolean(),
  /** Units that it cannot do without; left out where there are none. */
  needs: z.array(z.string()).exactOptional(),
  /** systemd's Type, such as `oneshot`. */
  type: z.string().exactOptional(),
});
export type UnitState = z.infer<typeof unitSchema>;

export const healthSnapshotSchema = z.object({
  system: z.string(),
  units: z.record(z.string(), unitSchema),
  /** The journal's end at that time: what comes after it is counted later. */
  cursor: z.string().exactOptional(),
  /** What systemd's own messages say since the cursor that was given: restarts by itself, and how the unit ended last. */
  restarts: z.record(z.string(), z.object({ count: z.int(), exit: z.string() })).exactOptional(),
  /** Failed units of logged-in people. */
  users: z.record(z.string(), z.array(z.string())).exactOptional(),
});
export type HealthSnapshot = z.infer<typeof healthSnapshotSchema>;

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

export const decisionSchema = z.object({ action: z.enum(["switch", "cancel"]), by: actorSchema, at: time });
export type Decision = z.infer<typeof decisionSchema>;

/** One person's word for exactly what the card shows. */
export const approvalSchema = z.object({
  by: actorSchema,
  person: z.string(),
  at: time,
  /** Of what the card showed: it counts for that and nothing else. */
  digest: z.string().exactOptional(),
});
export type Approval = z.infer<typeof approvalSchema>;

/** A word that stopped counting: its giver lost the role, the name under `people` or the account. */
export const lostWordSchema = z.object({ by: actorSchema, at: time, why: z.string() });
export type LostWord = z.infer<typeof lostWordSchema>;

/** Who let the code of an untrusted ref through, and the system it was for; null in records of older versions. */
export const refApprovalSchema = decisionSchema.extend({
  toplevel: z.string().nullable().default(null),
  /** Words before the last one, where whoever asked does not count. */
  others: z.array(approvalSchema).readonly().exactOptional(),
});

export const confirmationSchema = z.object({
  /** What the last click lets happen: the code's way to the host, or the switch. */
  gate: z.enum(["copy", "switch"]).default("switch"),
  expiresAt: time,
  /** The system that the card shows; an approval is for this one and no other. */
  toplevel: z.string().nullable().default(null),
  /** How many people have to want it when the card was made. */
  people: z.int().default(1),
  /** Only somebody with the role `approver` may give the word. */
  needsApprover: z.boolean().default(false),
  approvals: z.array(approvalSchema).default([]),
  /** Words that were given, and do not count any more. */
  lost: z.array(lostWordSchema).readonly().exactOptional(),
  decision: decisionSchema.nullable(),
});
export type Confirmation = z.infer<typeof confirmationSchema>;

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

export const runSchema = z.object({
  id: z.string().regex(/^r-\d{8}-[0-9a-f]{4}$/),
  kind: z.enum(["deploy", "build-all", "rollback", "lock", "gc", "prune", "reboot", "adopt"]),
  command: z.string(),
  /** The same as data, so that it can be asked for again; null for what no person asked for. */
  request: commandRequestSchema.nullable().optional(),
  requestedBy: actorSchema,
  deployments: z.array(z.string()),
  /** For a build-all: at most so many builds at once; null for the builder's cores. */
  jobs: z.int().nullable().optional(),
  /** For several hosts: goes on without those that could not be made ready. */
  keepGoing: z.boolean().optional(),
  /** For several hosts: the one that switches first, by itself. */
  canary: z.string().nullable().optional(),
  /** For several hosts: how many switch at a time; 1 where nothing is said. */
  wave: z.int().min(1).optional(),
  createdAt: time,
});
export type Run = z.infer<typeof runSchema>;

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
