import prettyBytes from "pretty-bytes";
import type { PackageChange } from "../deploy/deployment.ts";
import { storePathName } from "./flake.ts";

/** Store paths with their sizes in bytes. */
export type Closure = ReadonlyMap<string, number>;

/** Reads `nix path-info --recursive --size`: a path and its size a line. */
export function readClosure(stdout: string): Closure {
  return new Map(
    stdout.split("\n").flatMap((line): [string, number][] => {
      const match = /^(\/nix\/store\/\S+)\s+(\d+)$/.exec(line.trim());
      return match === null ? [] : [[match[1] ?? "", Number(match[2])]];
    }),
  );
}

export function closureSize(closure: Closure): number {
  return [...closure.values()].reduce((sum, size) => sum + size, 0);
}

/** What is smaller is not worth a line, as in `nix store diff-closures`. */
const leastDelta = 8 * 1024;

/**
 * What `nix store diff-closures` says, for closures that are on two machines: nothing has to be copied to compare them.
 * Names and versions are told apart as Nix does it (src/nix/diff-closures.cc, DrvName).
 */
export function compareClosures(before: Closure, after: Closure): PackageChange[] {
  const old = byPackage(before);
  const young = byPackage(after);
  return [...new Set([...old.keys(), ...young.keys()])].sort().flatMap((name) => {
    const was = old.get(name) ?? none;
    const is = young.get(name) ?? none;
    const removed = [...was.versions].filter((version) => !is.versions.has(version));
    const added = [...is.versions].filter((version) => !was.versions.has(version));
    const delta = is.size - was.size;
    const isResized = Math.abs(delta) >= leastDelta;
    const isReplaced = removed.length > 0 || added.length > 0;
    return isResized || isReplaced
      ? [
          {
            name,
            before: isReplaced ? versionWords(removed) : "",
            after: isReplaced ? versionWords(added) : "",
            size: isResized ? signedSize(delta) : "",
          },
        ]
      : [];
  });
}

interface Package {
  readonly versions: ReadonlySet<string>;
  readonly size: number;
}

const none: Package = { versions: new Set(), size: 0 };

function byPackage(closure: Closure): Map<string, Package> {
  const found = new Map<string, Package>();
  for (const [path, size] of closure) {
    const { name, version } = packageName(storePathName(path));
    const known = found.get(name) ?? none;
    found.set(name, { versions: new Set([...known.versions, version]), size: known.size + size });
  }
  return found;
}

/** The version begins after the first dash that no letter follows; an output's name at the end is no part of it. */
function packageName(full: string): { name: string; version: string } {
  const base = /^(.*)-(?:[a-z]+|lib32|lib64)$/.exec(full)?.[1] ?? full;
  const at = base.search(/-[^a-zA-Z]/);
  return at < 0 ? { name: base, version: "" } : { name: base.slice(0, at), version: base.slice(at + 1) };
}

/** ∅ for absent, ε for a path without a version. */
function versionWords(versions: readonly string[]): string {
  return versions.length === 0
    ? "∅"
    : [...versions]
        .sort()
        .map((version) => version || "ε")
        .join(", ");
}

export function signedSize(bytes: number): string {
  return prettyBytes(bytes, { binary: true, maximumFractionDigits: 1, signed: true });
}
