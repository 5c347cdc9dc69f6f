import type { FleetFile } from "../config/fleet-file.ts";
import type { Deployment } from "../deploy/deployment.ts";
import type { Engine } from "../deploy/engine.ts";
import type { Store } from "../store/store.ts";
import type { Trouble } from "../troubles/troubles.ts";
import type { Seen } from "./host-health.ts";
import type { CommandSpec } from "./spec.ts";

/** What commands work with. */
export interface CommandTools {
  readonly engine: Engine;
  readonly store: Pick<Store, "open" | "deployment" | "deployments" | "run" | "runByKey" | "locks">;
  /** The end of a deployment's log, at most so many bytes. */
  readonly readLog: (deployment: Deployment, bytes: number) => Promise<string>;
  /** Every line of it, whatever its size. */
  readonly logLines: (deployment: Deployment) => AsyncIterable<string>;
  /** False where retention removed the log. */
  readonly hasLog: (deployment: Deployment) => Promise<boolean>;
  /** A host as last seen; asking does not wait. The desk brings it. */
  readonly seen?: (host: string) => Seen;
  /** What is wrong with the bot itself. */
  readonly troubles: () => readonly Trouble[];
  readonly fleet: () => FleetFile;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** For /help. */
  readonly commands: readonly CommandSpec[];
}
