import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import type { Fleet } from "../../rehearsal/fleet.ts";

/** What a host is like after a deployment, read from inside and not through the bot. */
export interface Look {
  readonly current: string;
  readonly profile: string;
  /** The boot loader's default entry. */
  readonly entry: string;
  /** Why it is between two systems, or what a deployment left behind there: nothing, when all is well. */
  readonly remains: readonly string[];
  /** gc-roots that are left. */
  readonly roots: readonly string[];
}

const script = `
current=$(readlink -f /run/current-system)
echo "current=$current"
echo "profile=$(readlink -f /nix/var/nix/profiles/system)"
echo "entry=$(sed -n 's,^options init=\\(.*\\)/init$,\\1,p' /boot/loader/entries/nixos-default.conf)"
units=$current/etc/systemd/system
for unit in "$units"/*; do
  [ -d "$unit" ] || [ "/etc/systemd/system/\${unit##*/}" -ef "$unit" ] || echo "remains=\${unit##*/} is not this system's"
done
find /etc/systemd/system -maxdepth 1 -lname '/nix/store/*' -printf '%f\\n' | while read -r unit; do
  [ -e "$units/$unit" ] || echo "remains=$unit is another system's"
done
set -- "$units"/*.wants/*
systemctl show --property=Id,ActiveState --value -- "\${@##*/}" | while read -r unit && read -r active; do
  [ "$active" = active ] || echo "remains=$unit is $active"
  read -r _ || :
done
systemctl list-units --all --plain --no-legend 'switchyard-*' | while read -r unit rest; do
  echo "remains=the unit $unit: $rest"
done
for root in /nix/var/nix/gcroots/switchyard/*; do
  [ ! -L "$root" ] || echo "roots=\${root##*/}"
done
for lock in /run/switchyard/lock /run/nixos/switch-to-configuration.lock; do
  [ ! -e "$lock" ] || flock -n "$lock" true || echo "remains=$lock is held"
done
`;

export async function lookAtHost(fleet: Fleet, host: string): Promise<Look> {
  const { stdout } = await fleet.exec(host, ["sh", "-c", script]);
  const values = (name: string) =>
    stdout.split("\n").flatMap((line) => (line.startsWith(`${name}=`) ? [line.slice(name.length + 1)] : []));
  const value = (name: string) => values(name)[0] ?? "";
  return {
    current: value("current"),
    profile: value("profile"),
    entry: value("entry"),
    remains: values("remains"),
    roots: values("roots"),
  };
}

/** The deployments that a bot's store still holds as open, as they are on its disk. */
export async function openDeployments(dataDir: string): Promise<Readonly<Record<string, Deployment>>> {
  const state = JSON.parse(await readFile(join(dataDir, "state.json"), "utf8")) as {
    deployments: Record<string, Deployment>;
  };
  return state.deployments;
}

export const openRecord = async (dataDir: string, id: string): Promise<Deployment | undefined> =>
  (await openDeployments(dataDir))[id];
