import type { AnswerWords } from "../activation/answer-words.ts";
import type { Clock } from "../config/clock.ts";
import type { FleetFile } from "../config/fleet-file.ts";
import type { Host } from "../fleet/host.ts";
import type { Machine } from "../fleet/machine.ts";
import type { LogFile } from "../logs/log-files.ts";
import type { Shell } from "../remote/shell.ts";
import type { Rule } from "./approvals.ts";
import type { Confirmation, Decision } from "./confirmation.ts";
import type { Deployment, Diagnosis, Finding, PhaseName } from "./deployment.ts";
import type { Machines } from "./machines.ts";
import type { Rights } from "./rights.ts";
import type { Run } from "./run.ts";
import type { Tail } from "./tail.ts";
import type { End } from "./transitions.ts";

/** What a phase may use. It reads the record, saves what it found, and says how it went. */
export interface PhaseContext {
  readonly host: Host;
  readonly fleet: FleetFile;
  /** The name that this deployment's processes and gc-roots carry. */
  readonly owner: string;
  /** The fleet's git repository on the builder. */
  readonly repository: string;
  readonly builder: Shell;
  readonly target: Shell;
  /** The host, over a connection of its own for each command. */
  readonly fresh: Shell;
  readonly clock: Clock;
  readonly answers: AnswerWords;
  readonly log: LogFile;
  /** Aborted by a cancel or a shutdown; only phases before the switch listen to it. */
  readonly signal: AbortSignal;
  /** How far the supervisor's log was read, in bytes: switch and validate read it one after the other. */
  readonly supervisorLog: { offset: number };
  /** The last lines that it had, masked, and why it could not be started. */
  readonly supervisorSaid: Pick<Tail, "push" | "lines">;
  /** The records of this host but this one, the newest first. */
  readonly past: () => Promise<readonly Deployment[]>;
  /** The run, and the records of all its hosts as they are now. */
  readonly run: () => Promise<{ readonly run: Run; readonly deployments: readonly Deployment[] }>;
  /** Said after each look at the supervisor, whether it was seen or not. */
  looked(): void;
  /** The record as it is now. */
  record(): Deployment;
  save(change: Partial<Deployment>): Promise<void>;
  /** Puts a finding of a check into the record; safe where several checks run side by side. */
  note(finding: Finding): Promise<void>;
  /** Said to the log and shown as the phase's progress. */
  say(text: string): void;
  progress(text: string, done: number, expected: number): void;
  /** Masks secrets in lines that come one by one, for those that are kept elsewhere than in the log. */
  lineMask(): (line: string) => string;
  inventory(): Promise<readonly string[]>;
  /** Which machine each host name stands for. */
  machines(): Promise<Machines>;
  /** Keeps what answers as the machine of this host. Why not, where another name has it; an adopted one may have two. */
  keepMachine(machine: Machine, isAdopted: boolean): Promise<string | null>;
  setInventory(hosts: readonly string[]): Promise<void>;
  /** The roll back of this host that is under way and was not begun by this deployment's alarm. */
  rollbackBeside(): Promise<Deployment | null>;
  /** Rolls the host back to what ran before, once. What came of it in a sentence. */
  rollBack(alarm: string): Promise<string>;
  /** The rights now of everybody whose word is in the record, and the host as fleet.yaml has it now. */
  rightsNow(): Promise<{ readonly rights: Rights; readonly host: Host }>;
  /** Shows a card that asks, and waits for the decision; null when it expired. A card that asks already goes on asking. */
  ask(gate: Confirmation["gate"], rule: Rule): Promise<Decision | null>;
}

/** A phase that is through goes on to the next one, or ends the deployment. */
export type PhaseResult = { readonly kind: "next" } | Ended;
export type Ended = { readonly kind: "end" } & End;

export interface Phase {
  readonly name: PhaseName;
  /** It shows a card and waits for clicks: a restart goes on in it, with its expiry and the words that were given. */
  readonly waitsForPeople?: true;
  /** It is passed over, unseen, where this says no. */
  readonly isNeeded?: (
    deployment: Deployment,
    rightsNow: () => Promise<Rights>,
  ) => boolean | Promise<boolean>;
  run(context: PhaseContext): Promise<PhaseResult>;
}

export const next: PhaseResult = { kind: "next" };

export function end(result: End): Ended {
  return { kind: "end", ...result };
}

/** Why a phase stopped, in words for people, with what to do and the lines that show it. */
export class PhaseError extends Error {
  readonly help: string | null;
  readonly lines: readonly string[];
  /** Where more was read than `lines` show. */
  readonly diagnosis: Diagnosis | null;

  constructor(
    message: string,
    help: string | null,
    lines: readonly string[] = [],
    { diagnosis = null, ...options }: ErrorOptions & { readonly diagnosis?: Diagnosis | null } = {},
  ) {
    super(message, options);
    this.name = "PhaseError";
    this.help = help;
    this.lines = lines;
    this.diagnosis = diagnosis;
  }
}
