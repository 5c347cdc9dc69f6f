const lock = "/run/nixos/switch-to-configuration.lock";

/** The exit code of {@link probeNixosLock} where the lock is held; 0 says that it is free, any other that nobody knows. */
export const lockHeld = 75;

/** Asks for NixOS's own lock without waiting, with the flock of the running system where the PATH has none. */
export function probeNixosLock(system: string | null): string[] {
  const script = `[ -e "$1" ] || exit 0; PATH=$PATH:$2/sw/bin; flock -n -E ${lockHeld} "$1" true`;
  return ["sh", "-c", script, "probe", lock, system ?? "/run/current-system"];
}

/**
 * What the switch script says, in Perl as in Rust, when it does not get its lock, before it has done anything else. Its
 * exit code is the last errno, which says nothing.
 */
export function saysLockHeld(output: string): boolean {
  return /^Could not acquire lock\b/m.test(output);
}
