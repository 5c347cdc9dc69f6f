import type { Actor, Deployment, Mode, Run } from "./deployment.ts";
import type { Looked } from "./look.ts";
import type { ActMode } from "./modes.ts";

/** What may be asked of the engine, and what it answers. */

export type Refusal = {
  readonly kind: "refused";
  readonly code:
    | "bad-command"
    | "unknown-host"
    | "unknown-id"
    | "unknown-generation"
    | "busy"
    | "already-decided"
    | "too-late"
    | "not-ready"
    | "expired"
    | "unavailable";
  readonly message: string;
  readonly help: string | null;
};
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
export type Decided = { readonly kind: "decided"; readonly deployment: Deployment };

export interface DeployRequest {
  readonly host: string;
  readonly mode: Exclude<Mode, "rollback" | ActMode>;
  readonly ref: string | null;
  readonly reason: string | null;
  readonly by: Actor;
  readonly allowAnyRef: boolean;
  readonly command: string;
}

export interface BuildAllRequest {
  readonly jobs: number | null;
  readonly ref: string | null;
  readonly by: Actor;
  readonly allowAnyRef: boolean;
  readonly command: string;
}

export interface RollbackRequest {
  readonly host: string;
  readonly to: number | "previous";
  readonly by: Actor;
  readonly command: string;
}

export interface Status {
  readonly hosts: readonly Looked[];
  /** What `defaults.ref` is; null when it cannot be read now. */
  readonly revision: string | null;
}
