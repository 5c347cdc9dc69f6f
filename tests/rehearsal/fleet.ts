import type { BreakOptions } from "./break/break.ts";
import type { Kind } from "./break/plan.ts";
import type { Change } from "./flake-commits.ts";
import type { ExecOptions } from "./machine.ts";
import type { RunResult } from "./run.ts";

export { openFleet } from "./open-fleet.ts";
export { whatIsMissing } from "./requirements.ts";
export { bringUp, type Progress, takeDown } from "./up-down.ts";

/** Five machines on this one: a builder, and four hosts to deploy to. */
export interface Fleet {
  readonly name: string;
  readonly dir: string;
  /** For SWITCHYARD_BUILDER. */
  readonly builderUrl: string;
  readonly keyFile: string;
  readonly knownHostsFile: string;
  /** The flake's folder on the builder. */
  readonly flake: string;
  /** A fleet.yaml for the bot. */
  readonly fleetFile: string;
  readonly hosts: readonly string[];
  address(machine: string): string;
  /** Runs a command inside a machine without its network: works when its sshd is dead. 124 says it took too long. */
  exec(machine: string, argv: readonly string[], options?: ExecOptions): Promise<RunResult>;
  /** As the bot does: to the builder with the bot's key, and on to a host with the builder's. */
  ssh(machine: string, argv: readonly string[]): Promise<RunResult>;
  /** Puts a host back to its first generation, whatever was done to it. */
  reset(host: string): Promise<void>;
  /** Commits changes (by path) on a branch of the flake's origin; a new branch starts at main. */
  commit(branch: string, message: string, changes: Readonly<Record<string, Change>>): Promise<string>;
  /** Does a machine some harm from outside, until it is mended, reset or rebooted. */
  break(machine: string, kind: Kind, options?: BreakOptions): Promise<void>;
  mend(machine: string, kind: Kind, options?: BreakOptions): Promise<void>;
  /** For SWITCHYARD_BUILDER of a bot whose way to the builder is cut off alone: the builder's address for this host. */
  builderAddressFor(host: string): string;
  /** The folder of a disk of 32 MB on this machine, which `fill-data` fills. */
  smallDisk(disk: string): Promise<string>;
  /** Boots the boot default, after an orderly shutdown if the machine still can. */
  reboot(machine: string): Promise<void>;
}
