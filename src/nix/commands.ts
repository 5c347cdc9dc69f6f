import { asRoot, sshOptions, type Target } from "../remote/hop.ts";
import { marked } from "../remote/owner.ts";
import { flakeUrl, toplevelAttribute } from "./flake.ts";

/** Argv builders: pure functions, compared word by word in the tests. */

const nix = ["nix", "--extra-experimental-features", "nix-command flakes"];
// A flake may ask for substituters and keys of its own choosing; the builder's administrator decides that.
const untrusting = "--no-accept-flake-config";

/** What becomes of inputs that flake.lock does not pin. */
export type UnlockedInputs = "refuse" | "allow";

/**
 * One of the two and never both: with `--no-write-lock-file` Nix uses what it looked up, whatever `--no-update-lock-file`
 * says (NixOS/nix#9320, seen with 2.26). Without either it writes flake.lock into the builder's working tree.
 */
function lockFlag(unlocked: UnlockedInputs): string {
  return unlocked === "allow" ? "--no-write-lock-file" : "--no-update-lock-file";
}

export const profile = "/nix/var/nix/profiles/system";

export function gitFetch(repository: string): string[] {
  return ["git", "-C", repository, "fetch", "--quiet", "--prune", "origin"];
}

export function gitRemotes(repository: string): string[] {
  return ["git", "-C", repository, "remote"];
}

/**
 * The full name of a branch, so that a tag of the same name cannot stand in for it: git looks among tags first
 * (gitrevisions). Other names, of tags and revisions, are left to git.
 */
export function fullRef(ref: string, isBranch = false): string {
  if (ref.startsWith("origin/")) {
    return `refs/remotes/${ref}`;
  }
  return isBranch && !ref.startsWith("refs/") ? `refs/heads/${ref}` : ref;
}

export function gitResolve(repository: string, ref: string): string[] {
  return ["git", "-C", repository, "rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`];
}

/** The short names of remote branches and tags, a line each, the newest first. */
export function gitRefs(repository: string): string[] {
  return [
    "git",
    "-C",
    repository,
    "for-each-ref",
    "--sort=-committerdate",
    "--count=500",
    "--format=%(refname:lstrip=2)",
    "refs/remotes/origin",
    "refs/tags",
  ];
}

export function gitIsAncestor(repository: string, revision: string, of: string): string[] {
  return ["git", "-C", repository, "merge-base", "--is-ancestor", revision, of];
}

/** Prints how many commits only the first has, and how many only the second. */
export function gitLeftRight(repository: string, from: string, to: string): string[] {
  return [
    ...["git", "-C", repository, "rev-list", "--left-right", "--count"],
    ...["--end-of-options", `${from}...${to}`, "--"],
  ];
}

export function gitIsShallow(repository: string): string[] {
  return ["git", "-C", repository, "rev-parse", "--is-shallow-repository"];
}

/** Prints subject, author name and author date (ISO 8601) of a revision, each ended by NUL. */
export function gitDescribe(repository: string, revision: string): string[] {
  return ["git", "-C", repository, "show", "--no-patch", "--format=%s%x00%an%x00%aI", revision, "--"];
}

/** Revision and subject of the commits that `to` has and `from` has not, the newest first: a line each, NUL between. */
export function gitSubjects(repository: string, from: string, to: string, most: number): string[] {
  return [
    ...["git", "-C", repository, "log", "--no-color", "--no-show-signature", "--format=%H%x00%s"],
    ...[`--max-count=${most}`, "--end-of-options", `${from}..${to}`, "--"],
  ];
}

/** What is not committed: entries as `XY path`, each ended by NUL. */
export function gitStatus(repository: string): string[] {
  return ["git", "-C", repository, "status", "--porcelain=v1", "-z", "--no-renames"];
}

/** The lines that were added between two revisions; without the second one, to the working tree. */
export function gitAdded(repository: string, before: string, after: string | null): string[] {
  return [
    "git",
    "-C",
    repository,
    // A path outside ASCII stays as it is, and needs no quotes.
    "-c",
    "core.quotePath=false",
    "diff",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-renames",
    "--unified=0",
    "--end-of-options",
    before,
    ...(after === null ? [] : [after]),
    "--",
  ];
}

/** Evaluates everything that the flake offers, and builds its checks. */
export function flakeCheck(
  repository: string,
  revision: string | null,
  unlocked: UnlockedInputs = "refuse",
): string[] {
  return [...nix, "flake", "check", untrusting, lockFlag(unlocked), flakeUrl(repository, revision)];
}

export function flakeMetadata(
  repository: string,
  revision: string | null,
  unlocked: UnlockedInputs = "refuse",
): string[] {
  const url = flakeUrl(repository, revision);
  return [...nix, "flake", "metadata", untrusting, lockFlag(unlocked), "--json", url];
}

/**
 * Prints, as JSON, the inputs that flake.nix declares and the text of flake.lock. It reads the two files and resolves no
 * input, so nothing is looked up.
 */
export function readInputs(repository: string, revision: string | null): string[] {
  const url = nixString(`file://${repository.split("/").map(encodeURIComponent).join("/")}`);
  const pin = revision === null ? "" : ` rev = ${nixString(revision)}; allRefs = true;`;
  const expression = `
    let
      source = builtins.fetchGit { url = ${url};${pin} };
      flake = import (source + "/flake.nix");
      lock = source + "/flake.lock";
      other = input: removeAttrs input [ "inputs" "follows" "flake" ];
      ref = input:
        if input ? type then other input
        else if input ? url && builtins ? parseFlakeRef && builtins.match "[a-z][a-z0-9+.-]*:.*" "\${toString input.url}" != null
        then builtins.parseFlakeRef input.url // removeAttrs (other input) [ "url" ]
        else null;
      spec = input: {
        follows = input.follows or null;
        ref = ref input;
        inputs = builtins.mapAttrs (name: spec) (input.inputs or { });
      };
    in
    {
      inputs = builtins.mapAttrs (name: spec) (flake.inputs or { });
      asked = if builtins.isFunction flake.outputs then builtins.attrNames (builtins.functionArgs flake.outputs) else [ ];
      lock = if builtins.pathExists lock then builtins.readFile lock else null;
    }`;
  // A working tree has no revision that pure evaluation could insist on.
  return [...nix, "eval", "--json", ...(revision === null ? ["--impure"] : []), "--expr", expression];
}

function nixString(text: string): string {
  return `"${text.replaceAll(/["\\$]/g, "\\$&")}"`;
}

/** Lists the hosts without evaluating any of them. */
export function listHosts(
  repository: string,
  revision: string | null,
  unlocked: UnlockedInputs = "refuse",
): string[] {
  return [
    ...nix,
    "eval",
    untrusting,
    lockFlag(unlocked),
    "--json",
    `${flakeUrl(repository, revision)}#nixosConfigurations`,
    "--apply",
    "builtins.attrNames",
  ];
}

/**
 * One evaluator for several hosts: derivation and output path of each, in the order asked for, and nothing
 * built. Unlike `nix eval --apply` this uses Nix's evaluation cache.
 */
export function evaluate(
  repository: string,
  revision: string | null,
  hosts: readonly string[],
  unlocked: UnlockedInputs = "refuse",
): string[] {
  const url = flakeUrl(repository, revision);
  return [
    ...nix,
    "build",
    untrusting,
    lockFlag(unlocked),
    "--dry-run",
    "--json",
    "--no-link",
    ...hosts.map((host) => `${url}#${toplevelAttribute(host)}`),
  ];
}

/** Builds an evaluated derivation, which needs no evaluation, and holds the result by a gc-root at `outLink`. */
export function build(derivation: string, outLink: string): string[] {
  return [...nix, "build", "--log-format", "internal-json", "-v", "--out-link", outLink, `${derivation}^*`];
}

/** Copies a closure from the builder straight to the host, over the builder's own ssh; the host's end is `owner`'s too. */
export function copy(target: Target, toplevel: string, substitutes: boolean, owner: string): string[] {
  // Nix takes %20 for a space in a store's URL, and no plus sign.
  const receiver = asRoot(target.user, marked(["nix-store"], owner)).join(" ");
  const program = `?remote-program=${encodeURIComponent(receiver)}`;
  const address = target.address.includes(":") ? `[${target.address}]` : target.address;
  return [
    "env",
    `NIX_SSHOPTS=${sshOptions(target, "fresh").join(" ")}`,
    ...nix,
    "copy",
    "--log-format",
    "internal-json",
    "-v",
    ...(substitutes ? ["--substitute-on-destination"] : []),
    "--to",
    `ssh://${target.user}@${address}${program}`,
    toplevel,
  ];
}

export function diffClosures(before: string, after: string): string[] {
  return [...nix, "store", "diff-closures", before, after];
}

/** Every path that a system needs, with its size in bytes. */
export function closure(path: string): string[] {
  return [...nix, "path-info", "--recursive", "--size", path];
}

/** Free bytes and mount point of some paths, after a header line. A path that is not there is left out. */
export function freeSpace(paths: readonly string[]): string[] {
  return ["sh", "-c", 'df --output=avail,target --block-size=1 -- "$@" 2>/dev/null; true', "df", ...paths];
}

/** Cores, free memory in kB, the home directory and Nix's version, a line each. */
export const builderFacts = [
  "sh",
  "-c",
  "nproc; sed -n 's/^MemAvailable: *\\([0-9]*\\).*/\\1/p' /proc/meminfo; echo \"$HOME\"; nix --version",
];
