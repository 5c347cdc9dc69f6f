import { stripVTControlCharacters } from "node:util";
import type { PackageChange } from "../deploy/deployment.ts";

/**
 * Reads `nix store diff-closures`: lines such as `nginx: 1.27.4 → 1.27.5, +12.3 KiB`, `foo: ∅ → 1.0`,
 * `bar: 2.0 → ∅, -4.0 MiB` or `baz: +8.1 KiB`. ∅ means absent, ε a path without a version.
 */
export function readDiffClosures(stdout: string): PackageChange[] {
  return stripVTControlCharacters(stdout)
    .split("\n")
    .flatMap((line) => {
      const match = /^(\S+): (.*)$/.exec(line.trim());
      if (match === null) {
        return [];
      }
      const [, name = "", rest = ""] = match;
      const size = /[+-][\d.]+ [KMGT]?i?B$/.exec(rest)?.[0] ?? "";
      const versions = size === "" ? rest : rest.slice(0, -size.length).replace(/, $/, "");
      const [before = "", after = ""] = versions.split(" → ");
      return [{ name, before, after, size }];
    });
}
