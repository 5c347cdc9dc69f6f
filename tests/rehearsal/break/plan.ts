import type { Network } from "../addresses.ts";
import type { MachineName } from "../places.ts";
import { fillBoot, fillStore, freeBoot, freeStore } from "./full-disks.ts";
import { refuseConnections, restoreNetwork, swallowPackets } from "./network.ts";
import { diskPath } from "./small-disk.ts";

/** What can be done to a machine from outside, and what a person there might do meanwhile. */
export const kinds = {
  "drop-packets": "no packet reaches it or leaves it: silence",
  "cut-ssh": "its SSH connections end at once, and new ones are refused",
  "stop-sshd": "its sshd is stopped, and the sessions with it",
  reboot: "an orderly reboot",
  "power-cut": "off at once, and on again",
  "fill-store": "no space is left for /nix/store",
  "fill-boot": "no space is left for /boot",
  "fill-data": "no space is left for the demo's data directory, on this machine",
  "hold-lock": "somebody else holds NixOS's lock",
  "change-profile": "somebody sets the profile to another system",
  "switch-by-hand": "somebody switches to another system, as nixos-rebuild does",
  "kill-supervisor": "the supervisor of a switch is killed",
} as const;

export type Kind = keyof typeof kinds;

export const isKind = (word: string): word is Kind => Object.hasOwn(kinds, word);

/** One thing to do: a script in the machine, a command on this machine, or the machine's power. */
export type Step =
  | { readonly at: "machine"; readonly script: string }
  | { readonly at: "here"; readonly argv: readonly string[]; readonly input?: string }
  | { readonly at: "power"; readonly how: "reboot" | "cut" };

export interface Broken {
  readonly fleet: string;
  readonly machine: MachineName;
  readonly network: Network;
  /** The address that is cut off: the machine's own, or another one that its sshd listens on. */
  readonly address: string;
  /** The toplevel that somebody sets or switches to by hand; any other one that is there, when left out. */
  readonly system?: string | undefined;
  /** The small disk on this machine that is filled; the demo's, when left out. */
  readonly disk?: string | undefined;
}

const inside = (script: string): readonly Step[] => [{ at: "machine", script }];

const onDisk = ({ fleet, disk = "demo" }: Broken, script: string): readonly Step[] => [
  { at: "here", argv: ["sh", "-c", `cd "$1" && { ${script}; }`, "disk", diskPath(fleet, disk)] },
];

/** How to break something, and how to undo that: pure, so that it can be read and tested. */
export function planBreak(kind: Kind, broken: Broken): readonly Step[] {
  switch (kind) {
    case "drop-packets":
      return swallowPackets(broken);
    case "cut-ssh":
      return refuseConnections(broken);
    case "stop-sshd":
      return inside(
        `systemctl stop ${sshdOf(broken)}; systemctl kill --kill-whom=all --signal=KILL ${sshdOf(broken)} || :`,
      );
    case "reboot":
      return [{ at: "power", how: "reboot" }];
    case "power-cut":
      return [{ at: "power", how: "cut" }];
    case "fill-store":
      return inside(fillStore);
    case "fill-boot":
      return inside(fillBoot);
    case "fill-data":
      return onDisk(broken, 'dd if=/dev/zero of="$1/ballast" bs=4k 2>/dev/null || :');
    case "hold-lock":
      return inside(holdLock);
    case "change-profile":
      return inside(setProfile(broken));
    case "switch-by-hand":
      return inside(`${setProfile(broken)}exec "$other/bin/switch-to-configuration" switch\n`);
    case "kill-supervisor":
      return inside("systemctl kill --kill-whom=main --signal=KILL 'switchyard-*.service'");
  }
}

export function planMend(kind: Kind, broken: Broken): readonly Step[] {
  switch (kind) {
    case "drop-packets":
    case "cut-ssh":
      return restoreNetwork(broken);
    case "stop-sshd":
      return inside(`systemctl start ${sshdOf(broken)}`);
    case "fill-store":
      return inside(freeStore);
    case "fill-boot":
      return inside(freeBoot);
    case "fill-data":
      return onDisk(broken, 'rm -f "$1/ballast"');
    case "hold-lock":
      return inside(`systemctl stop ${lockHolder}`);
    case "change-profile":
      return inside("exec nix-env --profile /nix/var/nix/profiles/system --rollback");
    case "switch-by-hand":
      return inside(
        'nix-env --profile /nix/var/nix/profiles/system --rollback\nexec "$(readlink -f /nix/var/nix/profiles/system)/bin/switch-to-configuration" switch',
      );
    case "reboot":
    case "power-cut":
    case "kill-supervisor":
      return [];
  }
}

const sshdOf = ({ machine }: Broken): string => (machine === "builder" ? "ssh.service" : "sshd.service");

const lockHolder = "rehearsal-lock.service";

/** Waits in line for the lock, so that it can be taken over from a switch that runs. */
const holdLock = `
mkdir -p /run/nixos
systemd-run --quiet --collect --unit=${lockHolder} -E "PATH=$PATH" \\
  sh -c 'exec 8>>/run/nixos/switch-to-configuration.lock; flock 8; exec sleep infinity'
`;

/** Takes the system named, or else one that neither runs nor is the boot default. */
const setProfile = ({ system = "" }: Broken): string => `
other=${system} running=$(readlink -f /run/current-system) default=$(readlink -f /nix/var/nix/profiles/system)
for found in /nix/store/*-nixos-system-*; do
  case $found in *.drv | "$running" | "$default") continue ;; esac
  : "\${other:=$found}"
done
[ -n "$other" ] || { echo "there is no other system here: deploy one first" >&2; exit 1; }
nix-env --profile /nix/var/nix/profiles/system --set "$other" || exit 1
`;
