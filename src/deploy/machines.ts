import { z } from "zod";
import { type Machine, machineSchema } from "../fleet/machine.ts";
import { storePathName } from "../nix/flake.ts";

/** The machine that each host name stands for, kept from the first act that somebody decided, or from an /adopt. */
export const machinesSchema = z.record(z.string(), machineSchema);
export type Machines = Readonly<Record<string, Machine>>;

export type MachineVerdict =
  | { readonly kind: "same"; readonly warning: string | null }
  /** Nothing is known of this name yet, and no other name stands for what answers. */
  | { readonly kind: "first" }
  | { readonly kind: "other"; readonly message: string; readonly help: string };

/**
 * Whether it is one machine. The host keys count first, a machine-id only where one of them has no key. The strongest type that both
 * have decides: images that were copied may share an RSA key, and one that is not kept is made anew at each boot.
 */
export function isSameMachine(a: Machine, b: Machine): boolean {
  if (a.hostKeys.length === 0 || b.hostKeys.length === 0) {
    return a.machineId !== "" && a.machineId === b.machineId;
  }
  const typesOf = ({ hostKeys }: Machine) => new Set(hostKeys.map(keyType));
  const common = [...typesOf(a)].filter((type) => typesOf(b).has(type));
  const deciding = strongest.find((type) => common.includes(type)) ?? common[0];
  return a.hostKeys.some((key) => keyType(key) === deciding && b.hostKeys.includes(key));
}

const strongest = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp521",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp256",
  "ssh-rsa",
];

/** `ssh-ed25519 SHA256:…` → `ssh-ed25519`. */
function keyType(key: string): string {
  return key.split(" ")[0] ?? "";
}

/** Whether what answers is the machine that a host name stands for. `names` are the hosts of the fleet. */
export function judgeMachine(
  host: string,
  seen: Machine | null,
  known: Machines,
  names: readonly string[],
): MachineVerdict {
  const pin = pinOf(known, host);
  const help = `Correct targetHost of ${host} in fleet.yaml. Where the machine was really replaced or renamed, an admin can /adopt ${host}.`;
  if (seen === null) {
    const message = `${host} does not say which machine it is: neither a host key nor a machine-id can be read`;
    return pin === null
      ? { kind: "same", warning: message }
      : { kind: "other", message: `${message}; expected ${machineText(pin)}`, help };
  }
  if (pin !== null && isSameMachine(pin, seen)) {
    const isOtherId = pin.machineId !== "" && seen.machineId !== "" && pin.machineId !== seen.machineId;
    if (isOtherId && pin.bootId === seen.bootId) {
      const message = `${host} has another machine-id than before, in the same boot: expected ${machineText(pin)}, and ${machineText(seen)} answers`;
      return { kind: "other", message, help };
    }
    const twin = isOtherId ? twinOf(host, seen, known) : undefined;
    if (twin !== undefined) {
      const message = `${host} and ${twin} have the same host keys, and what answers has the machine-id of ${twin}: expected ${machineText(pin)}, and ${machineText(seen)} answers`;
      return { kind: "other", message, help };
    }
    return {
      kind: "same",
      warning: isOtherId
        ? `${host} has its host key, and another machine-id than before: ${seen.machineId}, was ${pin.machineId}`
        : null,
    };
  }
  const owner = Object.keys(known).find(
    (name) => name !== host && isSameMachine(known[name] as Machine, seen),
  );
  if (pin !== null) {
    const whose = owner === undefined ? "" : `, which is ${owner}`;
    const message = `another machine answers as ${host}: expected ${machineText(pin)}, and ${machineText(seen)} answers${whose}`;
    return { kind: "other", message, help };
  }
  if (owner !== undefined) {
    const message = `${host} and ${owner} are one machine: ${machineText(seen)} answers, which is ${owner}`;
    return { kind: "other", message, help };
  }
  const other = names.find((name) => isSameName(name, seen.hostName));
  return other === undefined || isSameName(host, seen.hostName) || other === host
    ? { kind: "first" }
    : {
        kind: "other",
        message: `the machine that answers as ${host} runs the system of ${other}: ${machineText(seen)}`,
        help,
      };
}

/** Another name whose machine has these keys, as copies of one disk have, and this machine-id. */
function twinOf(host: string, seen: Machine, known: Machines): string | undefined {
  return Object.keys(known).find((name) => {
    const other = pinOf(known, name);
    return (
      name !== host && other !== null && isSameMachine(other, seen) && other.machineId === seen.machineId
    );
  });
}

/** Names that a machine has before anybody gave it one. */
const unnamed: ReadonlySet<string> = new Set(["", "nixos", "localhost", "unnamed"]);

/**
 * At the first contact: the host name of the system that runs against that of the one which is to run there. Null where they
 * fit, or where one of them has none. A flake may call a host otherwise than the host itself, so its attribute does not count.
 */
export function judgeName(host: string, wanted: string, seen: Machine): MachineVerdict | null {
  if (isSameName(wanted, seen.hostName) || unnamed.has(short(wanted))) {
    return null;
  }
  if (unnamed.has(short(seen.hostName))) {
    return { kind: "same", warning: `first contact with ${host}: the machine has no name of its own yet` };
  }
  return {
    kind: "other",
    message: `the machine that answers as ${host} runs a system called ${seen.hostName}, and the one to deploy is called ${wanted}: ${machineText(seen)}`,
    help: `Correct targetHost of ${host} in fleet.yaml. Where it is the right machine, and gets a new name, an admin can /adopt ${host}.`,
  };
}

/** `…-nixos-system-web1-24.11.2024` → `web1`: how NixOS names a system, where it does not say its host name. */
export function systemName(toplevel: string): string {
  return /^nixos-system-(.+?)-\d\d\.\d\d/.exec(storePathName(toplevel))?.[1] ?? "";
}

/** Such as `ssh-ed25519 SHA256:… (yoga, machine-id 4c…)`. */
export function machineText({ hostKeys, hostName, machineId }: Machine): string {
  const key = hostKeys.find((one) => one.startsWith("ssh-ed25519 ")) ?? hostKeys[0] ?? "no host key";
  const name = hostName === "" ? "" : `called ${hostName}, `;
  return `${key} (${name}machine-id ${machineId || "unknown"})`;
}

export function pinOf(known: Machines, host: string): Machine | null {
  return Object.hasOwn(known, host) ? (known[host] ?? null) : null;
}

function short(name: string): string {
  return (name.trim().toLowerCase().split(".")[0] ?? "").trim();
}

function isSameName(a: string, b: string): boolean {
  return short(a) === short(b) && short(a) !== "";
}
