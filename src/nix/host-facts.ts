import type { HostFacts } from "../deploy/host-facts.ts";
import { machineScript, readMachine } from "../fleet/machine.ts";
import { profile } from "./commands.ts";
import { isSpecialisationName, isStorePath } from "./flake.ts";
import { generationNumber } from "./generations.ts";
import type { PlacedSystem } from "./systems.ts";

/**
 * Prints `key=value` lines on what a host runs; `reboot` compares with the system given as an argument, or the current one.
 * A specialisation lies at `TOPLEVEL/specialisation/NAME`, so only its parents tell what it is.
 */
const script = `
printf 'current=%s\\n' "$(readlink -f /run/current-system)"
printf 'profile=%s\\n' "$(readlink "$1")"
printf 'system=%s\\n' "$(readlink -f "$1")"
printf 'boot=%s\\n' "$(cat /proc/sys/kernel/random/boot_id)"
printf 'booted=%s\\n' "$(readlink -f /run/booted-system)"
for link in "$1"-*-link /run/booted-system; do
  [ "$link" -ef /run/current-system ] && printf 'runs=%s\\n' "\${link##*/}"
  [ "$link" -ef /run/booted-system ] && printf 'was-booted=%s\\n' "\${link##*/}"
  for special in "$link"/specialisation/*; do
    [ "$special" -ef /run/current-system ] && printf 'runs-special=%s %s %s\\n' "\${link##*/}" "$(readlink -f "$link")" "\${special##*/}"
    [ "$special" -ef /run/booted-system ] && printf 'booted-special=%s %s %s\\n' "\${link##*/}" "$(readlink -f "$link")" "\${special##*/}"
  done
done
new=\${2:-/run/current-system}
for part in kernel initrd kernel-modules systemd; do
  if [ "$(readlink -f "/run/booted-system/$part")" != "$(readlink -f "$new/$part")" ]; then echo reboot=yes; fi
done
${machineScript}`;

export function readHostFactsArgv(compareWith?: string): string[] {
  return ["sh", "-c", script, "facts", profile, ...(compareWith === undefined ? [] : [compareWith])];
}

/** Throws when the host does not look like NixOS. */
export function parseHostFacts(host: string, stdout: string): HostFacts {
  const lines = stdout.split("\n").map((line) => splitOnce(line));
  const values = new Map(lines);
  const all = (key: string) => lines.flatMap(([name, value]) => (name === key ? [value] : []));
  const current = values.get("current") ?? "";
  const boot = values.get("boot") ?? "";
  if (!current.startsWith("/nix/store/") || boot === "") {
    throw new Error(
      `reading what ${host} runs: /run/current-system is not a system (is this machine NixOS?)`,
    );
  }
  const link = values.get("profile") ?? "";
  const generation = generationNumber(link);
  const booted = values.get("booted") ?? "";
  const machine = readMachine(lines, boot);
  const place = (toplevel: string, direct: string, special: string) =>
    placed(toplevel, generation, all(direct), all(special));
  return {
    current,
    profile: link === "" ? null : link,
    profileSystem: values.get("system")?.startsWith("/nix/store/") ? (values.get("system") ?? null) : null,
    generation,
    ...(booted.startsWith("/nix/store/")
      ? {
          places: {
            running: place(current, "runs", "runs-special"),
            booted: place(booted, "was-booted", "booted-special"),
          },
        }
      : {}),
    bootId: boot,
    ...(machine === null ? {} : { machine }),
    rebootNeeded: values.get("reboot") === "yes",
  };
}

function splitOnce(line: string): [string, string] {
  const at = line.indexOf("=");
  return [line.slice(0, Math.max(at, 0)), line.slice(at + 1)];
}

/** A system that is a generation is called that, also where it is a specialisation of another one. */
function placed(
  toplevel: string,
  profile: number | null,
  links: readonly string[],
  specials: readonly string[],
): PlacedSystem {
  const profileFirst = (a: number, b: number) => (a === profile ? -1 : b === profile ? 1 : b - a);
  const generations = links.flatMap((link) => generationNumber(link) ?? []).sort(profileFirst);
  const parents = specials
    .flatMap((line) => {
      const [, link = "", parent = "", name = ""] = /^(\S+) (\S+) (.+)$/.exec(line) ?? [];
      return isStorePath(parent) && isSpecialisationName(name)
        ? [{ name, generation: generationNumber(link), parent }]
        : [];
    })
    .sort((a, b) => profileFirst(a.generation ?? -1, b.generation ?? -1));
  return { toplevel, generations, specialisation: generations.length > 0 ? null : (parents[0] ?? null) };
}
