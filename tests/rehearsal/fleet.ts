import { join } from "node:path";
import { addressOf } from "./addresses.ts";
import { commitFiles } from "./flake-commits.ts";
import { type ExecOptions, execIn } from "./machine.ts";
import { fleetDir, hostNames, isHost, isMachine, type MachineName } from "./places.ts";
import { reboot, reset } from "./reset.ts";
import { type RunResult, run } from "./run.ts";
import { shellWords } from "./shell-words.ts";
import type { FleetState } from "./state.ts";

export { whatIsMissing } from "./requirements.ts";
export { bringUp, takeDown } from "./up-down.ts";

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
  /** Commits files (path to content) on a branch of the flake's origin; a new branch starts at main. */
  commit(branch: string, message: string, files: Readonly<Record<string, string>>): Promise<string>;
  /** Boots the boot default, after an orderly shutdown if the machine still can. */
  reboot(machine: string): Promise<void>;
}

export function openFleet(state: FleetState): Fleet {
  const { name } = state;
  const dir = fleetDir(name);
  const files = fleetFiles(name);
  const place = (machine: string) => ({ fleet: name, machine: known(machine) });
  return {
    name,
    dir,
    ...files,
    builderUrl: `ssh://root@${addressOf(state, "builder")}:${state.port}`,
    flake: "/srv/fleet",
    hosts: hostNames,
    address: (machine) => addressOf(state, known(machine)),
    exec: (machine, argv, options) => execIn(place(machine), argv, options),
    ssh: (machine, argv) => run(sshArgv(state, known(machine), argv), { timeoutMs: 60_000 }),
    reset: (host) => {
      if (!isHost(host)) throw new Error(`reset ${host}: only hosts can be reset (${hostNames.join(", ")})`);
      return reset(state, host);
    },
    commit: (branch, message, changed) => commitFiles(place("builder"), branch, message, changed),
    reboot: (machine) => reboot(place(machine)),
  };
}

export const fleetFiles = (name: string) => ({
  keyFile: join(fleetDir(name), "keys", "bot"),
  knownHostsFile: join(fleetDir(name), "known_hosts"),
  fleetFile: join(fleetDir(name), "fleet.yaml"),
});

function sshArgv(state: FleetState, machine: MachineName, argv: readonly string[]): readonly string[] {
  const { keyFile, knownHostsFile } = fleetFiles(state.name);
  const options = [
    ...["BatchMode=yes", "StrictHostKeyChecking=yes", "IdentitiesOnly=yes", "ConnectTimeout=10"],
    ...[`UserKnownHostsFile=${knownHostsFile}`, "GlobalKnownHostsFile=none"],
  ].flatMap((option) => ["-o", option]);
  const words = shellWords(argv);
  const command =
    machine === "builder"
      ? words
      : shellWords(["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", machine, "--", words]);
  return [
    "ssh",
    "-F",
    "none",
    "-i",
    keyFile,
    ...options,
    "-p",
    `${state.port}`,
    `root@${addressOf(state, "builder")}`,
    "--",
    command,
  ];
}

function known(machine: string): MachineName {
  if (!isMachine(machine))
    throw new Error(`there is no machine "${machine}": there are builder, ${hostNames.join(", ")}`);
  return machine;
}
