import type { Shell } from "./shell.ts";

/** In the environment of every process of a deployment; their children inherit it. */
export const ownerVariable = "SWITCHYARD_OWNER";

/** The argv whose processes carry their owner's name. */
export function marked(argv: readonly string[], owner: string | undefined): string[] {
  return owner === undefined ? [...argv] : ["env", `${ownerVariable}=${owner}`, ...argv];
}

/** The same machine, where everything that is run belongs to `owner`. */
export function ownedShell(shell: Shell, owner: string): Shell {
  return { ...shell, run: (command) => shell.run({ ...command, owner }) };
}

/**
 * Prints what is left on a machine when it could not be ended in time, a process a line, and exits with 1 then.
 * `nix` empties the environment of its builders, so the children of what carries the mark count too. Those are
 * ended by their parents at first (TERM), and by us when that did not help (KILL).
 */
const endScript = `
mark=$1
known=' '
marked() { grep -lzxF -e "$mark" /proc/[0-9]*/environ 2>/dev/null | cut -d / -f 3; }
tree() { for pid; do echo "$pid"; tree $(cat /proc/"$pid"/task/*/children 2>/dev/null); done; }
is_alive() { case $(sed -n 's/^State:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null) in '' | Z*) return 1 ;; esac; }
look() {
  for pid in $(tree $(marked)); do
    case $known in *" $pid "*) ;; *) known="$known$pid " ;; esac
  done
  left=
  for pid in $known; do is_alive "$pid" && left="$left $pid"; done
}
gone() {
  tries=$1
  while look; [ -n "$left" ]; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 1
    sleep 0.2
  done
}
gone 1 && exit 0
kill -TERM $(marked) 2>/dev/null
gone 25 && exit 0
kill -KILL $left 2>/dev/null
gone 25 && exit 0
for pid in $left; do echo "$pid $(tr '\\0' ' ' <"/proc/$pid/cmdline")"; done
exit 1
`;

/** Ends everything that belongs to an owner, and sees that it is gone: exit 0 says so. Takes 10 seconds at most. */
export function endOwnedArgv(owner: string): string[] {
  return ["sh", "-c", endScript, "end-owned", `${ownerVariable}=${owner}`];
}

/** A shell command that prints the owners whose processes run, a line each. */
export const listOwners = `grep -hzo -e '^${ownerVariable}=.*' /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | cut -d = -f 2- | sort -u`;
