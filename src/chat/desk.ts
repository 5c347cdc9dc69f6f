import type { PresentSet } from "../deploy/consent.ts";
import type { Delivery } from "../store/deliveries.ts";
import type { HealthPart, Trouble } from "../troubles/troubles.ts";

export type { PresentSet } from "../deploy/consent.ts";
export type { Deliveries, Delivery } from "../store/deliveries.ts";
export type { Trouble, Troubles } from "../troubles/troubles.ts";

import type { Deployment } from "../deploy/deployment.ts";
import type { DeploymentFilter } from "../deploy/deployment-filter.ts";
import type { HostsTrouble } from "../deploy/requests.ts";
import type { Run } from "../deploy/run.ts";

export { bounds } from "../config/bounds.ts";
export { type CommandRequest, commandRequestSchema } from "../deploy/command-request.ts";
export { type Deployment, outcomes } from "../deploy/deployment.ts";
export type { DeploymentFilter } from "../deploy/deployment-filter.ts";
export { recordActs } from "../deploy/follow-up.ts";
export type { HostsTrouble } from "../deploy/requests.ts";
export type { Run } from "../deploy/run.ts";
export { noHosts, unreadBlocks } from "../views/unread-hosts.ts";

import type { LogPiece } from "../logs/log-reader.ts";
import type { ButtonAction, OldButton } from "./action.ts";
import type { Block } from "./blocks.ts";
import type { Identity } from "./identity.ts";
import type { Flag, ValueOf, Word } from "./spec.ts";

/** What the bot answers to one command or one click. Refusals and mistakes are answers, too. */
export type Reply =
  | {
      readonly kind: "started";
      readonly run: string;
      readonly deployments: readonly string[];
      readonly text: string;
      readonly blocks: readonly Block[];
    }
  | { readonly kind: "answer"; readonly text: string; readonly blocks: readonly Block[] }
  | {
      readonly kind: "refused";
      readonly code: RefusalCode;
      readonly message: string;
      readonly help: string | null;
      /** For `changed`: what a yes would be for now, and what says it. */
      readonly present?: PresentSet;
      /** Seconds, for `too-many`. */
      readonly retryAfter?: number;
      /** For `not-allowed`: the role that it needs. */
      readonly role?: string;
    };

export type Refused = Extract<Reply, { readonly kind: "refused" }>;

export type BeforeYes =
  | Refused
  /** Hosts of high risk, whose names are to be typed. */
  | { readonly kind: "ask"; readonly hosts: readonly string[] }
  | { readonly kind: "go" };

export type RefusalCode =
  | "bad-command"
  | "unknown-host"
  | "unknown-id"
  | "unknown-generation"
  | "not-allowed"
  | "busy"
  | "locked"
  | "outside-window"
  | "needs-approval"
  | "already-decided"
  | "too-late"
  | "not-ready"
  | "changed"
  | "expired"
  | "too-many"
  | "unavailable";

/** How far one phase is, kept in memory only: the record says what happened, this says what is happening. */
export interface Progress {
  readonly deployment: string;
  readonly phase: string;
  readonly text: string;
  readonly done: number;
  readonly expected: number;
}

/** Everything a surface may show live. `seq` grows by one; a surface that missed some asks for what came since. */
export type ChatEvent = { readonly seq: number } & (
  | { readonly kind: "deployment"; readonly deployment: Deployment; readonly card: readonly Block[] }
  | { readonly kind: "run"; readonly run: Run; readonly card: readonly Block[] }
  | { readonly kind: "reset" }
);

export interface HostLine {
  readonly name: string;
  readonly tags: readonly string[];
  readonly risk: "low" | "medium" | "high";
  readonly active: string | null;
  /** Who holds it and why; null where nobody does. */
  readonly lock: {
    readonly by: string;
    readonly reason: string;
    readonly since: string;
    readonly until: string | null;
  } | null;
  /** As last seen, at most a minute or so ago: `running`, `degraded: nginx.service`, `no answer`; null until seen. */
  readonly health: string | null;
  /** The generation and revision it runs, as last seen; null until seen, and where it does not answer. */
  readonly runs: {
    readonly generation: number | null;
    readonly revision: string | null;
    /** Such as `generation 1 runs, and generation 3 boots next`; null where the next boot brings what runs. */
    readonly differs: string | null;
  } | null;
  readonly last: {
    readonly deployment: string;
    readonly mode: string;
    readonly outcome: string;
    readonly revision: string | null;
    readonly toplevel: string | null;
    readonly generation: number | null;
    readonly finishedAt: string | null;
    readonly requestedBy: string;
  } | null;
}

export interface HostList {
  readonly hosts: readonly HostLine[];
  /** Why they may not be those of now; null where the flake was read the last time. */
  readonly trouble: HostsTrouble | null;
}

export interface CommandHelp {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly examples: readonly string[];
  readonly words: readonly Word[];
  readonly flags: readonly Flag[];
}

/** One thing that may be typed. */
export interface Suggestion {
  readonly value: string;
  /** What it is, in a few words; "" where the value says it. */
  readonly about: string;
}

/** What is being typed: `host` is the one named before it, for what depends on one. */
export interface Asking {
  readonly of: ValueOf["kind"];
  readonly typed: string;
  readonly host: string | null;
}

/** What the core offers to every surface. A surface never reaches behind it. */
export interface Desk {
  /** Handles one typed command, such as `/deploy yoga --dry-run`. Never rejects for what a person did wrong. */
  say(text: string, who: Identity, idempotencyKey?: string): Promise<Reply>;
  /** The answer to what an earlier process of this bot took and did not answer: the run that came of it, or that none did. */
  whatCameOf(delivery: Pick<Delivery, "surface" | "user" | "key" | "said">): Promise<Reply>;
  /**
   * Handles a click, of a deployment or a run: the same permission and the same checks as its typed twin. A yes carries the digest
   * that its button showed, and is refused as `changed` where that is not what there is now.
   */
  decide(id: string, decision: "switch" | "cancel", who: Identity, digest?: string | null): Promise<Reply>;
  /** Handles a click on any button. */
  press(action: ButtonAction | OldButton, who: Identity, idempotencyKey?: string): Promise<Reply>;
  /** What comes before a yes: a refusal, one more question, or nothing. Deciding looks at all of it again. */
  mayDecide(id: string, who: Identity, digest: string | null): Promise<BeforeYes>;
  deployments(filter: DeploymentFilter): Promise<readonly Deployment[]>;
  deployment(id: string): Promise<Deployment | undefined>;
  run(id: string): Promise<{ readonly run: Run; readonly deployments: readonly Deployment[] } | undefined>;
  /** The card of a deployment or a run, as the thread shows it now. */
  card(of: Deployment): readonly Block[];
  runCard(of: Run, deployments: readonly Deployment[]): readonly Block[];
  /** The hosts as last read; asking for them often is cheap. */
  hosts(): Promise<HostList>;
  commands(): readonly CommandHelp[];
  /** What may stand there, the likeliest first, at most 25; nothing for whoever may not look. Binds nobody. */
  suggest(asking: Asking, who: Identity): Promise<readonly Suggestion[]>;
  /**
   * The log so far; with `follow`, until the deployment ends or the signal aborts. Undefined for an unknown id. Without `from` a
   * line says what is left out in the middle; from a byte on it is one piece, which ends there.
   */
  log(
    id: string,
    options: { readonly follow: boolean; readonly from: number | null; readonly signal: AbortSignal },
  ): Promise<LogPiece | undefined>;
  /** Whether somebody may look at hosts and deployments. */
  mayView(who: Identity): { readonly isAllowed: boolean; readonly help: string | null };
  /** Null when this may be read now; else why not. Counts it. */
  mayReadNow(who: Identity, kind: "look" | "complete"): Promise<Refused | null>;
  /** Whom a bound is counted for (src/config/bounds.ts). */
  takerOf(who: Identity): { readonly person: string; readonly isDecider: boolean };
  /** Writes down what was refused and only counted until now; for a stop. */
  sumUp(isLast?: boolean): Promise<void>;
  /** Groups of a platform that any role names, such as `slack-group:S0AB`: nobody asks for the others. */
  groups(): readonly string[];
  /** Calls back with every event after `lastSeq` (a `reset` first when that is too long ago). Returns how to stop. */
  subscribe(lastSeq: number | null, listener: (event: ChatEvent) => void): () => void;
  /** Liveness for /healthz: by part, a word and whether it is well. */
  health(): Promise<readonly HealthPart[]>;
  /** What is wrong with the bot itself, the worst first. */
  troubles(): readonly Trouble[];
}
