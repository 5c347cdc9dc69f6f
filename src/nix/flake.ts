/** How flakes, revisions and hosts are named on a command line. Everything here is pure. */

/** Names of hosts in a flake: attribute names that are also safe in a path and in a file name. */
export const hostNamePattern = /^[a-zA-Z0-9_](?!.*\.\.)[a-zA-Z0-9_.-]{0,62}$/;

/** A git ref, branch, tag or abbreviated revision: git check-ref-format's rules, and no leading dash. */
export function isRefName(ref: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_./@+-]{0,199}$/.test(ref) && !/\.\.|@\{|\/\/|\.lock$|[./]$/.test(ref);
}

/** `.` asks for the working tree as it is, uncommitted changes included. */
export const dirtyRef = ".";

/**
 * A repository on the builder at one revision. `allRefs` lets Nix take a revision that no checked-out branch
 * contains. Without a revision it is the working tree.
 */
export function flakeUrl(repository: string, revision: string | null): string {
  const url = `git+file://${repository.split("/").map(encodeURIComponent).join("/")}`;
  return revision === null ? url : `${url}?rev=${revision}&allRefs=1`;
}

export function toplevelAttribute(host: string): string {
  return `nixosConfigurations."${host}".config.system.build.toplevel`;
}

export const storePathPattern = /^\/nix\/store\/[0-9a-z]{32}-[0-9a-zA-Z+\-._?=]+$/;

export function isStorePath(path: string): boolean {
  return storePathPattern.test(path);
}

/** As a person can compare it: `nixos-system-yoga-24.11 (abcdefgh…)`, since a name alone may stand for many systems. */
export function storePathLabel(path: string): string {
  const hash = /^\/nix\/store\/([0-9a-z]{8})/.exec(path)?.[1];
  return hash === undefined ? path : `${storePathName(path)} (${hash}…)`;
}

/** `abcdefghij…-nixos-system-yoga-24.11` → `nixos-system-yoga-24.11`. */
export function storePathName(path: string): string {
  return path.replace(/^\/nix\/store\/[0-9a-z]{32}-/, "");
}

/** A name that can stand in a path below `specialisation/`, and leads nowhere else. */
export function isSpecialisationName(text: string): boolean {
  return /^[\p{L}\p{N}_][\p{L}\p{N}_ .+@-]{0,99}$/u.test(text);
}
