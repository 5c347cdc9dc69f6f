/**
 * What supervisor.sh calls, and what starts it. It finds them in the old system's `sw/bin` and nowhere else, whatever the PATH of
 * a login shell has.
 */
export const supervisorTools: readonly string[] = [
  ...["sh", "env", "systemd-run", "systemctl", "nix-env"],
  ...["cat", "cut", "date", "dd", "flock", "grep", "head", "ls", "mkfifo", "mv", "readlink", "rm"],
  ...["sha256sum", "sleep", "tail", "timeout", "touch", "tr", "wc"],
];

/** Without these a switch still begins and ends as it has to: the rest of the script goes on without them. */
export const dispensable: ReadonlySet<string> = new Set(["flock"]);

export const switchProgram = "bin/switch-to-configuration";

const script = 'for path; do [ -x "$path" ] || printf "%s\\n" "$path"; done';

/** Prints each of the paths at which there is no program. */
export function lackingProgramsArgv(paths: readonly string[]): string[] {
  return ["sh", "-c", script, "programs", ...paths];
}

/** Where a system has what a switch away from it, and back, needs. */
export function toolPaths(system: string): string[] {
  return supervisorTools.map((tool) => `${system}/sw/bin/${tool}`);
}

/** The tools among the paths that were printed. */
export function lackingTools(lacking: readonly string[], system: string): string[] {
  return supervisorTools.filter((tool) => lacking.includes(`${system}/sw/bin/${tool}`));
}

export const toolsHelp =
  "NixOS has all of them by default: is environment.corePackages or environment.defaultPackages cut down there? Add what is missing to environment.systemPackages.";
