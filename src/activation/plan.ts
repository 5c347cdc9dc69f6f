import type { HostFacts } from "../deploy/host-facts.ts";
import { isStorePath } from "../nix/flake.ts";
import { quoteArgv } from "../remote/quote.ts";
import type { AnswerName } from "./answer-words.ts";

/** How long the supervisor waits for each thing, in milliseconds. */
export interface SupervisorDeadlines {
  readonly activateWithin: number;
  readonly ackWithin: number;
  readonly commitWithin: number;
  readonly rollbackWithin: number;
}

export interface Plan {
  readonly id: string;
  /** What runs now and is rolled back to: a toplevel. */
  readonly old: string;
  /** What is switched to: what runs when all is done. */
  readonly new: string;
  /** What profile and boot entry get: `new`, or the system that `new` is a specialisation of. */
  readonly target?: string;
  /** The profile as it was seen; the supervisor stops when it is another one. */
  readonly before: HostFacts;
  /** For a roll back: the generation whose number becomes the profile's. Null makes a new generation. */
  readonly toGeneration: number | null;
  /** Only profile and boot entry are changed: the old system runs on until a reboot. */
  readonly bootOnly: boolean;
  readonly deadlines: SupervisorDeadlines;
  /** Units that have to run again after a roll back. */
  readonly activeUnits: readonly string[];
  /** The hash of the word that each answer has to bring. */
  readonly answerHashes: Readonly<Record<AnswerName, string>>;
}

const idPattern = /^d-\d{8}-[0-9a-f]{4}$/;
const runtimeDirectory = "/run/switchyard";

/** The `plan` file that supervisor.sh reads: shell assignments, every value quoted. */
export function planFile(plan: Plan): string {
  checkPlan(plan);
  const seconds = (milliseconds: number) => String(Math.ceil(milliseconds / 1000));
  const values: Record<string, string> = {
    id: plan.id,
    old: plan.old,
    new: plan.new,
    ...(plan.target === undefined || plan.target === plan.new ? {} : { target: plan.target }),
    profile_link: plan.before.profile ?? "",
    generation: plan.toGeneration === null ? "" : String(plan.toGeneration),
    boot_only: plan.bootOnly ? "yes" : "",
    activate_within: seconds(plan.deadlines.activateWithin),
    ack_within: seconds(plan.deadlines.ackWithin),
    commit_within: seconds(plan.deadlines.commitWithin),
    rollback_within: seconds(plan.deadlines.rollbackWithin),
    ack_hash: plan.answerHashes.ack,
    commit_hash: plan.answerHashes.commit,
    rollback_hash: plan.answerHashes.rollback,
  };
  return Object.entries(values)
    .map(([name, value]) => `${name}=${quoteArgv([value])}\n`)
    .join("");
}

function checkPlan(plan: Plan): void {
  const paths = [plan.old, plan.new, plan.target ?? plan.new];
  if (!idPattern.test(plan.id) || !paths.every(isStorePath)) {
    throw new Error(`planning a switch: ${plan.id}, ${paths.join(", ")} are not an id and store paths`);
  }
}

/** KiB that the folders of earlier switches may take in /run; the newest log alone is 8 MiB at most. */
const mostKept = 32 * 1024;

/**
 * Everything is put together aside and appears by one rename, so that a connection lost on the way leaves
 * nothing that could run. A rename onto a folder with something in it fails, so it is also the one moment that
 * decides between this and {@link claimArgv}.
 */
const startScript = `
set -e
id=$1 plan=$2 units=$3 size=$4
shift 4
cd ${runtimeDirectory} 2>/dev/null || { mkdir -p -m 0700 ${runtimeDirectory}; cd ${runtimeDirectory}; }
is_over() { case $(systemctl is-active "switchyard-$1.service") in inactive | failed) ;; *) return 1 ;; esac; }
find . -mindepth 1 -maxdepth 1 -type d -mtime +7 | while IFS= read -r one; do
  if is_over "\${one#./}"; then rm -rf "$one"; fi
done
# The oldest go first, until the rest is small.
ls -tr | while IFS= read -r one; do
  [ "$(du -sk . | cut -f 1)" -gt ${mostKept} ] || break
  if [ -d "$one" ] && is_over "$one"; then rm -rf "$one"; fi
done
mkdir -m 0700 ".$id.$$"
cat >".$id.$$/supervisor.sh"
if [ "$(wc -c <".$id.$$/supervisor.sh")" -ne "$size" ]; then
  rm -rf ".$id.$$"
  echo "the supervisor did not arrive whole" >&2
  exit 1
fi
printf '%s' "$plan" >".$id.$$/plan"
printf '%s' "$units" >".$id.$$/active-units"
: >".$id.$$/log"
mv -T ".$id.$$" "$id"
exec "$@"
`;

const claimScript = `
mkdir -p -m 0700 ${runtimeDirectory} && cd ${runtimeDirectory} && mkdir -m 0700 ".$1.$$" || exit 1
echo "given up before it began" >".$1.$$/abandoned"
mv -T ".$1.$$" "$1" 2>/dev/null && exit 0
rm -rf ".$1.$$"
[ -e "$1/abandoned" ]
`;

/** Makes sure that a switch which has not begun never does: exit 0 says so, anything else that it has begun. */
export function claimArgv(id: string): string[] {
  return ["sh", "-c", claimScript, "claim", id];
}

/** Puts the files on the host (supervisor.sh comes on stdin) and starts the unit. */
export function startArgv(plan: Plan, script: string): string[] {
  const units = plan.activeUnits.map((unit) => `${unit}\n`).join("");
  const size = String(Buffer.byteLength(script));
  return ["sh", "-c", startScript, "start", plan.id, planFile(plan), units, size, ...unitArgv(plan)];
}

/**
 * A detached unit of its own. PATH is the old system's, by store path: a transient unit's own PATH holds
 * no tools on NixOS, and /run/current-system changes under the switch. ExecStopPost rolls back when the
 * supervisor was killed or hung; it gets `rescueTime`, as the default of 90 s killed it in trials.
 */
function unitArgv(plan: Plan): string[] {
  const bin = `${plan.old}/sw/bin`;
  const script = `${runtimeDirectory}/${plan.id}/supervisor.sh`;
  return [
    `${bin}/systemd-run`,
    `--unit=switchyard-${plan.id}`,
    `--description=Switchyard ${plan.id}`,
    "--collect",
    "--no-ask-password",
    "--quiet",
    "--service-type=exec",
    "-E",
    `PATH=${bin}`,
    "-E",
    "HOME=/root",
    "-p",
    `ExecStopPost=${bin}/sh ${script} finish`,
    "-p",
    `RuntimeMaxSec=${Math.ceil(supervisedFor(plan.deadlines) / 1000)}`,
    "-p",
    `TimeoutStopSec=${Math.ceil(rescueTime(plan.deadlines) / 1000)}`,
    "-p",
    "OOMPolicy=continue",
    "-p",
    "SyslogIdentifier=switchyard",
    "--",
    `${bin}/sh`,
    script,
    "run",
  ];
}

/** Milliseconds for what has a limit of its own in the script: profile, missing units, the lock, and what is killed 30 s late. */
const smallSteps = 12 * 60_000;

/** Milliseconds after which the supervisor is over, whatever happened: activation, waits, boot loader, roll back. */
export function supervisedFor(deadlines: SupervisorDeadlines): number {
  return (
    3 * deadlines.activateWithin +
    deadlines.ackWithin +
    deadlines.commitWithin +
    2 * deadlines.rollbackWithin +
    smallSteps
  );
}

/**
 * Milliseconds after which a switch that nobody reaches is over: without an ack it rolls back, so no decision is waited for and no
 * boot loader is written. 30 s beyond each limit a program is killed; units are started for two minutes.
 */
export function unreachedFor({ activateWithin, ackWithin, rollbackWithin }: SupervisorDeadlines): number {
  return activateWithin + ackWithin + rollbackWithin + 3 * 60_000;
}

/** How long systemd lets the last roll back take, once the supervisor's time is up (TimeoutStopSec); milliseconds. */
export function rescueTime({ rollbackWithin }: SupervisorDeadlines): number {
  return Math.max(15 * 60_000, 2 * rollbackWithin + smallSteps);
}

/** Speaks to a supervisor by its own script, with the old system's tools. */
export function supervisorArgv(id: string, old: string, ...words: readonly string[]): string[] {
  const bin = `${old}/sw/bin`;
  return [`${bin}/env`, `PATH=${bin}`, `${bin}/sh`, `${runtimeDirectory}/${id}/supervisor.sh`, ...words];
}
