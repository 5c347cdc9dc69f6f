import { join } from "node:path";

/** Shared by every clone on this machine: what takes long to make is made once. */
export const cacheDir = "/var/cache/switchyard-rehearsal";
/** One folder a fleet. */
export const fleetsDir = "/var/lib/switchyard-rehearsal";

export const here = import.meta.dirname;
export const flakeSource = join(here, "flake");
export const machineFiles = join(here, "machine");

export const hostNames = ["yoga", "zephyrus", "hetzner-vps", "ovh-vps"] as const;
export const machineNames = ["builder", ...hostNames] as const;

export type HostName = (typeof hostNames)[number];
export type MachineName = (typeof machineNames)[number];

export const isHost = (name: string): name is HostName => (hostNames as readonly string[]).includes(name);

export const isMachine = (name: string): name is MachineName =>
  (machineNames as readonly string[]).includes(name);

/** A fleet's name ends up in paths, in cgroup names and in host names of containers. */
export function fleetDir(fleet: string): string {
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(fleet)) {
    throw new Error(`fleet name "${fleet}": use a-z, 0-9 and "-", at most 31 characters, a letter first`);
  }
  return join(fleetsDir, fleet);
}

export const machineDir = (fleet: string, machine: MachineName): string =>
  join(fleetDir(fleet), "machines", machine);
