import { deadlines } from "../config/deadlines.ts";
import { mustRun, type Shell } from "../remote/shell.ts";

const directory = "/nix/var/nix/gcroots/switchyard";

/**
 * Keeps a garbage collection from deleting either system while somebody thinks about the card. The roots are
 * made before the copy: Nix takes a root whose path is not there yet, and honours it once it is.
 */
export async function holdSystems(target: Shell, id: string, old: string, now: string): Promise<void> {
  await mustRun(target, `holding the systems of ${target.name} by gc-roots`, {
    argv: [
      "sh",
      "-c",
      'mkdir -p "$1" && ln -sfn "$3" "$1/$2-old" && ln -sfn "$4" "$1/$2-new"',
      "hold",
      directory,
      id,
      old,
      now,
    ],
    timeout: deadlines.hostCommand,
  });
}

export async function releaseSystems(target: Shell, id: string): Promise<void> {
  await mustRun(target, `taking the gc-roots of ${id} off ${target.name}`, {
    argv: ["rm", "-f", "--", `${directory}/${id}-old`, `${directory}/${id}-new`],
    timeout: deadlines.hostCommand,
  });
}
