import { join } from "node:path";
import { addressOf, builderAddressFor } from "./addresses.ts";
import { breakMachine, mendMachine } from "./break/break.ts";
import { smallDisk } from "./break/small-disk.ts";
import { commitFiles } from "./flake-commits.ts";
import type { Fleet } from "./fleet.ts";
import { execIn } from "./machine.ts";
import { fleetDir, type HostName, hostNames, isHost, isMachine, type MachineName } from "./places.ts";
import { reboot, reset } from "./reset.ts";
import { run } from "./run.ts";
import { shellWords } from "./shell-words.ts";
import type { FleetState } from "./state.ts";

/** The fleet that is recorded under a name, as tests and the command line use it. */
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
    reset: (host) => reset(state, knownHost(host)),
    commit: (branch, message, changed) => commitFiles(place("builder"), branch, message, changed),
    break: (machine, kind, options) => breakMachine(state, known(machine), kind, options),
    mend: (machine, kind, options) => mendMachine(state, known(machine), kind, options),
    builderAddressFor: (host) => builderAddressFor(state, knownHost(host)),
    smallDisk: (disk) => smallDisk(name, disk),
    reboot: (machine) => reboot(state, place(machine)),
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

function knownHost(name: string): HostName {
  if (!isHost(name)) throw new Error(`there is no host "${name}": there are ${hostNames.join(", ")}`);
  return name;
}

function known(machine: string): MachineName {
  if (!isMachine(machine))
    throw new Error(`there is no machine "${machine}": there are builder, ${hostNames.join(", ")}`);
  return machine;
}
