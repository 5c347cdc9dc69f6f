import type { Actor } from "./actor.ts";
import type { AncestryOf } from "./ancestry.ts";
import type { CommandRequest } from "./command-request.ts";
import type { PresentSet } from "./consent.ts";
import type { Deployment, Mode } from "./deployment.ts";
import type { Lock } from "./locks.ts";
import type { Looked } from "./look.ts";
import type { ActMode } from "./modes.ts";
import type { Run } from "./run.ts";

/** What may be asked of the engine, and what it answers. */

export type Refusal = {
  readonly kind: "refused";
  readonly code:
    | "bad-command"
    | "unknown-host"
    | "unknown-id"
    | "unknown-generation"
    | "busy"
    | "locked"
    | "outside-window"
    | "needs-approval"
    | "not-allowed"
    | "already-decided"
    | "too-late"
    | "not-ready"
    | "changed"
    | "expired"
    | "unavailable";
  readonly message: string;
  readonly help: string | null;
  /** For `changed`: what a yes would be for now. */
  readonly present?: PresentSet;
};
/** Why a list of hosts is not of now: the reason with the machine's own last lines, and what to do. */
export type HostsTrouble = Pick<Refusal, "message" | "help">;
export type Started = {
  readonly kind: "started";
  readonly run: Run;
  readonly deployments: readonly Deployment[];
};
export type LookedAgain = {
  readonly kind: "looked";
  readonly deployment: Deployment;
  /** What was seen, in a sentence. */
  readonly text: string;
};
/** `approved`: it counts, and more people have to say so. */
export type Decided = { readonly kind: "decided" | "approved"; readonly deployment: Deployment };

export type DecidedRun = {
  readonly kind: "decided" | "approved";
  readonly run: Run;
  readonly deployments: readonly Deployment[];
  /** Those that could not be cancelled any more, and why. */
  readonly left: readonly { readonly host: string; readonly why: string }[];
};

/** Who clicks, whether they hold the role `approver` for this host, and what they were shown. */
export interface Click {
  readonly by: Actor;
  readonly isApprover: boolean;
  /** The digest on the button or after the command; null where there was none. A cancel needs none. */
  readonly digest: string | null;
}

export interface LockRequest {
  readonly host: string;
  readonly reason: string;
  /** Milliseconds; null for until somebody unlocks it. */
  readonly lasts: number | null;
  readonly by: Actor;
  /** An admin's lock comes on top of other people's. */
  readonly isAdmin?: boolean;
  readonly command: string;
  /** The same as data. */
  readonly request?: CommandRequest;
}

export type Locked = { readonly kind: "locked"; readonly lock: Lock; readonly run: Run };
export type Unlocked = {
  readonly kind: "unlocked";
  readonly lock: Lock;
  readonly remaining: readonly Lock[];
};

export interface DeployRequest {
  readonly host: string;
  readonly mode: Exclude<Mode, "rollback" | ActMode>;
  readonly ref: string | null;
  readonly reason: string | null;
  readonly by: Actor;
  readonly allowAnyRef: boolean;
  /** Outside the host's windows, by an approver's word. */
  readonly isForced?: boolean;
  /** Keeps the new system whatever its health, by an admin's word. */
  readonly noRollback?: boolean;
  /** `nix flake check` has to pass first. */
  readonly flakeCheck?: boolean;
  /** How long the host is watched after the switch, in milliseconds; without it, as fleet.yaml says. */
  readonly watch?: number | null;
  readonly command: string;
  /** The same as data. */
  readonly request?: CommandRequest;
}

/** Several hosts as one run. */
export interface RolloutRequest extends Omit<DeployRequest, "host" | "mode"> {
  readonly mode: Exclude<DeployRequest["mode"], "diff">;
  readonly hosts: readonly string[];
  /** Goes on without hosts that could not be made ready. */
  readonly keepGoing: boolean;
  readonly canary: string | null;
  /** How many switch at a time. */
  readonly wave: number;
}

export interface BuildAllRequest {
  readonly jobs: number | null;
  readonly ref: string | null;
  readonly by: Actor;
  readonly allowAnyRef: boolean;
  readonly command: string;
  /** The same as data. */
  readonly request?: CommandRequest;
}

export interface RollbackRequest {
  readonly host: string;
  readonly to: number | "previous";
  readonly reason?: string;
  /** The system that the number stood for when it was offered: another one by now is refused. */
  readonly system?: string | null;
  /** Outside the host's windows, by an approver's word. Only what goes forward needs it. */
  readonly isForced?: boolean;
  /** Whether they may deploy code of any ref: what goes forward may bring it. */
  readonly allowAnyRef?: boolean;
  /** Whether they may deploy this host, too: what does not go back is a deployment. */
  readonly mayDeploy?: boolean;
  /** The deployment whose alarm begins it by itself. */
  readonly alarmOf?: string;
  readonly by: Actor;
  readonly command: string;
  /** The same as data. */
  readonly request?: CommandRequest;
}

export interface Status {
  readonly hosts: readonly Looked[];
  /** Why the list of hosts, or what they differ from, is not of now. */
  readonly trouble: HostsTrouble | null;
  /** What `defaults.ref` is; null when it cannot be read now. */
  readonly revision: string | null;
  /** By what hosts run: how that revision stands to it. */
  readonly ancestry?: ReadonlyMap<string, AncestryOf>;
}
