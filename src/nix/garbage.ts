/** Collecting garbage on a host. No command here deletes a generation. */

export const collectGarbage = ["nix-collect-garbage"];

/** Reads every path of the store; what is damaged is named on stderr, and the exit code is 1. */
export const verifyStore = ["nix-store", "--verify", "--check-contents"];

/** Counts what no root holds, and how much space it takes. Hard links to what stays make the sum too high. */
export const deadPaths = [
  "sh",
  "-c",
  `
dead=$(nix-store --gc --print-dead 2>/dev/null | grep '^/nix/store/') || { echo 'paths=0'; echo 'bytes=0'; exit 0; }
echo "paths=$(printf '%s\\n' "$dead" | wc -l)"
echo "bytes=$(printf '%s\\n' "$dead" | tr '\\n' '\\0' | du -sc --block-size=1 --files0-from=- 2>/dev/null | tail -n 1 | cut -f 1)"
`,
  "dead",
];

export function readDeadPaths(stdout: string): { paths: number; bytes: number } | null {
  const value = (name: string) => new RegExp(`^${name}=(\\d+)$`, "m").exec(stdout)?.[1];
  const [paths, bytes] = [value("paths"), value("bytes")];
  return paths === undefined || bytes === undefined ? null : { paths: Number(paths), bytes: Number(bytes) };
}

/** Whether a line of the collection says that one more path is gone. */
export function isDeletion(line: string): boolean {
  return /^deleting '\/nix\/store\/[^']*'/.test(line);
}

/** The last word of nix-collect-garbage, such as `12 store paths deleted, 3.4 MiB freed`; null where there is none. */
export function readCollected(output: string): string | null {
  return /^\d+ store paths? deleted, .* freed$/m.exec(output)?.[0] ?? null;
}

/** What a line of {@link verifyStore} finds wrong; null for what is no damage. */
export function readDamage(line: string): string | null {
  const match =
    /\b(?:path|link) '([^']+)' (was modified|disappeared, but it still has valid referrers|is not in the Nix store)/.exec(
      line,
    );
  return match === null ? null : `${match[1]} ${match[2]}`;
}
