import type { FleetFile } from "../config/fleet-file.ts";
import type { Engine } from "../deploy/engine.ts";
import type { Store } from "../store/store.ts";
import type { CommandSpec } from "./spec.ts";

/** What commands work with. */
export interface CommandTools {
  readonly engine: Engine;
  readonly store: Pick<Store, "deployment" | "deployments" | "run">;
  readonly fleet: () => FleetFile;
  /** For /help. */
  readonly commands: readonly CommandSpec[];
}
