import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fleetKeys } from "./keys.ts";
import { execIn, leader, type Place, runningProcess, start, stop, waitUntilUp } from "./machine.ts";
import { type HostName, machineFiles } from "./places.ts";
import { provision } from "./provision.ts";
import { type Seed, seedOf } from "./seed.ts";
import type { FleetState } from "./state.ts";

/** In place where that works, which is quick; otherwise the machine is made anew, which always does. */
export async function reset(state: FleetState, host: HostName): Promise<void> {
  const place: Place = { fleet: state.name, machine: host };
  if (!(await resetInPlace(place, state.toplevels[host]))) await makeAnew(state, place);
}

async function resetInPlace(place: Place, toplevel: string | undefined): Promise<boolean> {
  if (toplevel === undefined || (await leader(place)) === undefined) return false;
  const script = await readFile(join(machineFiles, "reset.sh"), "utf8");
  const done = await execIn(place, ["/bin/sh", "-s", toplevel], { input: script, timeoutMs: 20_000 });
  return done.exitCode === 0;
}

export async function makeAnew(state: FleetState, place: Place): Promise<void> {
  const made = await seedOf(state.seed);
  await stop(place);
  await provision(place, state, await fleetKeys(state.name), made);
  await boot(place, made);
  await mustBeWell(place);
}

/** A fresh machine on which something failed is of no use: mostly a port is taken by a program of this machine. */
async function mustBeWell(place: Place): Promise<void> {
  const failed = await execIn(place, ["systemctl", "list-units", "--failed", "--plain", "--no-legend"]);
  const units = failed.stdout.split("\n").flatMap((line) => line.split(" ")[0] || []);
  if (units.length === 0) return;
  const log = await execIn(place, [
    "journalctl",
    "--boot",
    "--no-pager",
    "--lines=5",
    "--output=cat",
    `--unit=${units[0]}`,
  ]);
  throw new Error(
    `start ${place.machine}: ${units.join(", ")} failed (is its port taken here?)\n${log.stdout.trim()}`,
  );
}

/** Starts a machine, waits for it, and writes a host's first boot entry. */
export async function boot(place: Place, made: Seed): Promise<void> {
  await start(place, place.machine === "builder" ? made.builderLayers : made.hostLayers);
  await waitUntilUp(place, 60_000);
  if (place.machine === "builder") return;
  const install =
    'NIXOS_NO_SYNC=1 exec "$(readlink -f /run/current-system)/bin/switch-to-configuration" boot';
  const done = await execIn(place, ["test", "-e", "/boot/loader/loader.conf"]);
  if (done.exitCode === 0) return;
  const written = await execIn(place, ["/bin/sh", "-c", install]);
  if (written.exitCode !== 0)
    throw new Error(`write the boot entry of ${place.machine}: ${written.stderr.trim()}`);
}

/** The container restarts by itself after an orderly reboot; one that hangs is cut off and started again. */
export async function reboot(state: FleetState, place: Place): Promise<void> {
  const before = await leader(place);
  if (before === undefined) throw new Error(`reboot ${place.machine}: it is not running; run "up" first`);
  await execIn(place, ["systemctl", "reboot"], { timeoutMs: 5_000 });
  const deadline = Date.now() + 15_000;
  while (Date.now() < deadline && (await runningProcess(place)) !== undefined) {
    const now = await leader(place);
    if (now !== undefined && now !== before) return waitUntilUp(place, 60_000);
    await sleep(50);
  }
  await powerCut(state, place);
}

/** Off at once, and on again: what was not on its disk is lost. */
export async function powerCut(state: FleetState, place: Place): Promise<void> {
  await stop(place);
  await boot(place, await seedOf(state.seed));
}
