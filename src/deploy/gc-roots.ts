import { deadlines } from "../config/deadlines.ts";
import { mustRun, type Shell } from "../remote/shell.ts";

/** Where a host's gc-roots are. */
export const hostRoots = "/nix/var/nix/gcroots/switchyard";
/** Where the builder's are, below the home of its user. */
export const builderRoots = ".cache/switchyard/roots";

/**
 * Keeps a garbage collection from deleting either system while somebody thinks about the card. The roots are
 * made before the copy: Nix takes a root whose path is not there yet, and honours it once it is.
 * `owner` is the bot and the deployment: two bots may share a host.
 */
export async function holdSystems(target: Shell, owner: string, old: string, now: string): Promise<void> {
  await mustRun(target, `holding the systems of ${target.name} by gc-roots`, {
    argv: [
      "sh",
      "-c",
      'mkdir -p "$1" && ln -sfn "$3" "$1/$2-old" && ln -sfn "$4" "$1/$2-new"',
      "hold",
      hostRoots,
      owner,
      old,
      now,
    ],
    timeout: deadlines.hostCommand,
  });
}

/** The name of the root that holds what was built. What was only built stays held, until it is built again. */
export function builtRoot(owner: string, host: string, mode: "build-only" | "other"): string {
  return mode === "build-only" ? `${host}.built` : `${owner}-built`;
}
