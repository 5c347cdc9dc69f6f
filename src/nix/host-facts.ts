import type { HostFacts } from "../deploy/deployment.ts";
import { profile } from "./commands.ts";
import { generationNumber } from "./generations.ts";

/** Prints `key=value` lines on what a host runs; `reboot` compares with the system given as an argument, or the current one. */
const script = `
printf 'current=%s\\n' "$(readlink -f /run/current-system)"
printf 'profile=%s\\n' "$(readlink "$1")"
printf 'system=%s\\n' "$(readlink -f "$1")"
printf 'boot=%s\\n' "$(cat /proc/sys/kernel/random/boot_id)"
new=\${2:-/run/current-system}
for part in kernel initrd kernel-modules systemd; do
  if [ "$(readlink -f "/run/booted-system/$part")" != "$(readlink -f "$new/$part")" ]; then echo reboot=yes; fi
done
`;

export function readHostFactsArgv(compareWith?: string): string[] {
  return ["sh", "-c", script, "facts", profile, ...(compareWith === undefined ? [] : [compareWith])];
}

/** Throws when the host does not look like NixOS. */
export function parseHostFacts(host: string, stdout: string): HostFacts {
  const values = new Map(stdout.split("\n").map((line) => splitOnce(line)));
  const current = values.get("current") ?? "";
  const boot = values.get("boot") ?? "";
  if (!current.startsWith("/nix/store/") || boot === "") {
    throw new Error(
      `reading what ${host} runs: /run/current-system is not a system (is this machine NixOS?)`,
    );
  }
  const link = values.get("profile") ?? "";
  return {
    current,
    profile: link === "" ? null : link,
    profileSystem: values.get("system")?.startsWith("/nix/store/") ? (values.get("system") ?? null) : null,
    generation: generationNumber(link),
    bootId: boot,
    rebootNeeded: values.get("reboot") === "yes",
  };
}

function splitOnce(line: string): [string, string] {
  const at = line.indexOf("=");
  return [line.slice(0, Math.max(at, 0)), line.slice(at + 1)];
}
