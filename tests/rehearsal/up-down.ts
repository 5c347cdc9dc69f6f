import { access, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { addressOf, builderAddressFor, freeNetwork } from "./addresses.ts";
import { clearNetwork } from "./break/leftovers.ts";
import { removeSmallDisks } from "./break/small-disk.ts";
import type { Fleet } from "./fleet.ts";
import { fleetFile } from "./fleet-file.ts";
import { raiseLimits } from "./kernel-limits.ts";
import { fleetKeys, type Keys, knownHost } from "./keys.ts";
import { underLock } from "./locks.ts";
import { type Place, runningProcess, stop } from "./machine.ts";
import { fleetFiles, openFleet } from "./open-fleet.ts";
import { fleetDir, fleetsDir, hostNames, machineDir, machineNames } from "./places.ts";
import { installMissing, whatIsMissing } from "./requirements.ts";
import { boot, makeAnew, reset } from "./reset.ts";
import { type Seed, seed } from "./seed.ts";
import { type FleetState, readState, writeState } from "./state.ts";

export interface Progress {
  readonly step: string;
  readonly done: number;
  readonly total: number;
}

const shares = { base: 60, systems: 12, machines: 28 } as const;
const total = shares.base + shares.systems + shares.machines;

/** Makes the fleet, or repairs it, or finds it running: safe to call at any time, from several processes. */
export async function bringUp(name: string, onProgress: (progress: Progress) => void): Promise<Fleet> {
  const dir = fleetDir(name);
  const missing = await whatIsMissing();
  if (missing.length > 0) throw new Error(`the rehearsal fleet needs ${missing.join("; ")}`);
  await installMissing();
  await raiseLimits();

  const made = await seed((step, fraction) => {
    if (step === "base")
      onProgress({ step: "fetching a Debian base (once)", done: shares.base * fraction, total });
    else
      onProgress({
        step: "building the initial systems (once)",
        done: shares.base + shares.systems * fraction,
        total,
      });
  });
  return underLock(lockOf(name), 3 * 60_000, async () => {
    await mkdir(dir, { recursive: true });
    await clearNetwork(name);
    const state = await currentState(name, made);
    const keys = await fleetKeys(name);
    await writeBotFiles(state, keys);

    let up = 0;
    const booting = shares.base + shares.systems;
    onProgress({ step: "booting five machines", done: booting, total });
    await Promise.all(
      machineNames.map(async (machine) => {
        await bringUpMachine(state, { fleet: name, machine }, made);
        onProgress({ step: `${machine} is up`, done: booting + (++up / 6) * shares.machines, total });
      }),
    );
    const fleet = openFleet(state);
    await repairUnreachable(fleet, state);
    onProgress({ step: "all five machines are up", done: total, total });
    return fleet;
  });
}

/** Ends the machines and removes all traces of the fleet; what is shared with other fleets stays in the cache. */
export async function takeDown(name: string): Promise<void> {
  fleetDir(name);
  await underLock(lockOf(name), 3 * 60_000, () => removeFleet(name));
}

const lockOf = (name: string): string => join(fleetsDir, `.${name}`);

async function removeFleet(name: string): Promise<void> {
  await Promise.all(machineNames.map((machine) => stop({ fleet: name, machine })));
  await clearNetwork(name);
  await removeSmallDisks(name);
  await rm(fleetDir(name), { recursive: true, force: true });
}

/** A fleet made from another seed, say another clone's flake, is made anew: its stores would not match. */
async function currentState(name: string, made: Seed): Promise<FleetState> {
  const recorded = await readState(name);
  if (recorded?.seed === made.key) return recorded;
  await removeFleet(name);
  return underLock(join(fleetsDir, ".addresses"), 30_000, async () => {
    await mkdir(fleetDir(name), { recursive: true });
    const state = { name, ...(await freeNetwork()), seed: made.key, toplevels: made.toplevels };
    await writeState(state);
    return state;
  });
}

async function writeBotFiles(state: FleetState, keys: Keys): Promise<void> {
  const files = fleetFiles(state.name);
  const builder = [addressOf(state, "builder"), ...hostNames.map((host) => builderAddressFor(state, host))];
  await writeFile(
    files.knownHostsFile,
    builder.map((address) => knownHost(address, state.port, keys.hostKey.builder)).join(""),
  );
  await writeFile(files.fleetFile, fleetFile(state));
}

async function bringUpMachine(state: FleetState, place: Place, made: Seed): Promise<void> {
  if ((await runningProcess(place)) !== undefined) return;
  const marker = join(machineDir(place.fleet, place.machine), "made");
  const isMade = await access(marker).then(
    () => true,
    () => false,
  );
  if (!isMade) {
    await makeAnew(state, place);
    await writeFile(marker, "");
    return;
  }
  await stop(place);
  await boot(place, made);
}

/** The way the bot goes, so that "up" means what the bot needs. */
async function repairUnreachable(fleet: Fleet, state: FleetState): Promise<void> {
  const reaches = async (machine: string) => (await fleet.ssh(machine, ["true"])).exitCode === 0;
  if (!(await reaches("builder"))) await makeAnew(state, { fleet: fleet.name, machine: "builder" });
  await Promise.all(
    hostNames.map(async (host) => {
      if (await reaches(host)) return;
      await reset(state, host);
      const again = await fleet.ssh(host, ["true"]);
      if (again.exitCode !== 0) throw new Error(`reach ${host} from the builder: ${again.stderr.trim()}`);
    }),
  );
}
