import { join } from "node:path";
import { filesOf } from "../files-of.ts";
import type { Change } from "../flake-commits.ts";
import type { Fleet } from "../fleet.ts";
import { hostNames } from "../places.ts";

/** Inputs that are there as stubs only, each a repository on the builder. */
const stubs = ["disko", "secrets", "attic", "hercules-ci-agent"];

const makeStubs = `
set -eu
for name; do
  test -d /srv/inputs/$name && continue
  git init --quiet --initial-branch=main /srv/inputs/$name
  cd /srv/inputs/$name
  echo '{ outputs = _: { nixosModules.default.packages = [ ]; }; }' >flake.nix
  echo 'well kept' >greeting
  git add .
  git commit --quiet --message "a stub of $name"
done
`;

/** What somebody does who follows the advice for an input that is not locked. */
const lock = `
set -eu
clone=$(mktemp --directory)
trap 'rm -rf "$clone"' EXIT
git clone --quiet --branch "$1" /srv/fleet.git "$clone"
cd "$clone"
nix flake lock
git add flake.lock
git commit --quiet --message 'flake: lock the inputs'
git push --quiet origin "$1"
`;

/** Files that do not parse; the last one is read by ovh-vps. */
export const brokenFiles = [
  "modules/desktop/sway.nix",
  "modules/monitoring/prometheus.nix",
  "hosts/servers/ovh-vps/backup.nix",
];

/**
 * A branch that looks like a fleet of somebody's own: hosts in hosts/servers/NAME/, a nixosSystem of its own, stubs for inputs,
 * modules that do not parse. Its lock is as Nix made it, and then two inputs come that it lacks.
 */
export async function commitLookAlike(fleet: Fleet, branch: string): Promise<void> {
  await must(fleet, ["sh", "-c", makeStubs, "stubs", ...stubs]);
  const files = await filesOf(join(import.meta.dirname, "look-alike"));
  const flat = Object.fromEntries(hostNames.map((name): [string, Change] => [`hosts/${name}.nix`, null]));
  await fleet.commit(branch, "servers: a folder each", { ...flat, ...files });
  await lockInputs(fleet, branch);
  const more = stubs.slice(2).map((name) => `    ${name}.url = "git+file:///srv/inputs/${name}?ref=main";\n`);
  const flake = files["flake.nix"]?.replace("  inputs = {\n", `  inputs = {\n${more.join("")}`) ?? "";
  await fleet.commit(branch, "flake: a cache and an agent of our own", { "flake.nix": flake });
}

/** `nix flake lock`, commit and push. */
export function lockInputs(fleet: Fleet, branch: string): Promise<void> {
  return must(fleet, ["sh", "-c", lock, "lock", branch]);
}

async function must(fleet: Fleet, argv: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await fleet.exec("builder", argv);
  if (exitCode !== 0) throw new Error(`preparing the look-alike: ${stderr.trim()}`);
}
