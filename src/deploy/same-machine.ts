import type { FleetFile } from "../config/fleet-file.ts";
import { hostNamed } from "../fleet/host.ts";
import type { Lock } from "./locks.ts";
import { isSameMachine, type Machines, pinOf } from "./machines.ts";
import type { Around } from "./queue.ts";

/** Locks and turns hang on the machine: two names that reach one share them. */

/** Whether two host names stand for one machine: by what is known of them, or as fleet.yaml reaches both in one way. */
export function isOneMachine(fleet: FleetFile, known: Machines, a: string, b: string): boolean {
  if (a === b) {
    return true;
  }
  const [one, other] = [hostNamed(fleet, a).target, hostNamed(fleet, b).target];
  const isOneAddress =
    one.address.toLowerCase() === other.address.toLowerCase() &&
    (one.address === "local" || one.port === other.port);
  const [pinA, pinB] = [pinOf(known, a), pinOf(known, b)];
  return isOneAddress || (pinA !== null && pinB !== null && isSameMachine(pinA, pinB));
}

/** What is going on, seen from one host: whatever concerns its machine under another name concerns it. */
export function aroundFor(fleet: FleetFile, around: Around, host: string): Around {
  const known = around.machines ?? {};
  const isOther = (name: string) => name !== host && name !== "*" && isOneMachine(fleet, known, name, host);
  return {
    ...around,
    open: around.open.map((one) => (isOther(one.host) ? { ...one, host } : one)),
    locks: around.locks.map((lock) =>
      isOther(lock.host)
        ? { ...lock, host, reason: `${lock.reason} (as ${lock.host}, which is the same machine)` }
        : lock,
    ),
  };
}

/** Locks as each host of the fleet has them, also where they were set under another name of its machine. */
export function locksByName(
  fleet: FleetFile,
  locks: readonly Lock[],
  machines: Machines,
  hosts: readonly string[],
): Lock[] {
  const shared = hosts.flatMap((host) =>
    aroundFor(fleet, { open: [], locks, machines }, host).locks.filter((lock) => !locks.includes(lock)),
  );
  return [...locks, ...shared];
}
