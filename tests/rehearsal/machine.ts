import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { type MachineName, machineDir, machineFiles } from "./places.ts";
import { clearCgroup, identify, isAlive, kill, onlyChild } from "./processes.ts";
import { type RunResult, run } from "./run.ts";

/** Where a machine is kept, and under which name its container and cgroup go: unique on the whole machine. */
export interface Place {
  readonly fleet: string;
  readonly machine: MachineName;
}

export interface ExecOptions {
  readonly input?: string;
  readonly timeoutMs?: number;
}

const Known = z.object({ pid: z.number(), startedAt: z.string() });

const containerOf = ({ fleet, machine }: Place): string => `switchyard-${fleet}-${machine}`;
const processFile = ({ fleet, machine }: Place): string => join(machineDir(fleet, machine), "process.json");

/** Starts a machine in a session of its own: it stays when we end. */
export async function start(place: Place, layers: readonly string[]): Promise<void> {
  const dir = machineDir(place.fleet, place.machine);
  const console = openSync(join(dir, "console.log"), "a");
  const layered = [...layers].reverse().join(":");
  const boot = [
    "sh",
    join(machineFiles, "boot.sh"),
    dir,
    layered,
    containerOf(place),
    containerOf(place),
    place.machine,
  ];
  const init = place.machine === "builder" ? ["--boot"] : ["/usr/lib/rehearsal/stage-2"];
  const child = spawn(
    "unshare",
    [...["--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc", "--"], ...[...boot, ...init]],
    { detached: true, stdio: ["ignore", console, console], cwd: "/" },
  );
  closeSync(console);
  child.unref();
  const { pid } = child;
  const identity = pid === undefined ? undefined : await identify(pid);
  if (!identity)
    throw new Error(`start ${place.machine}: unshare did not run; see ${join(dir, "console.log")}`);
  await writeFileAtomic(processFile(place), JSON.stringify(identity));
}

/** Ends a machine as a power cut does, with all it left behind. */
export async function stop(place: Place): Promise<void> {
  const known = await runningProcess(place);
  if (known !== undefined) kill(known);
  await clearCgroup(containerOf(place));
  await rm(processFile(place), { force: true });
}

/** The process that everything else of the machine hangs on. */
export async function runningProcess(place: Place): Promise<number | undefined> {
  const text = await readFile(processFile(place), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const known = Known.parse(JSON.parse(text));
  return (await isAlive(known)) ? known.pid : undefined;
}

/** The machine's own process 1, as seen from here. */
export async function leader(place: Place): Promise<number | undefined> {
  const unshare = await runningProcess(place);
  const script = unshare === undefined ? undefined : await onlyChild(unshare);
  const nspawn = script === undefined ? undefined : await onlyChild(script);
  return nspawn === undefined ? undefined : onlyChild(nspawn);
}

/** Runs a command inside the machine without its network or sshd. 124 is the exit code of one that took too long. */
export async function execIn(
  place: Place,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<RunResult> {
  const pid = await leader(place);
  if (pid === undefined) throw new Error(`run ${argv[0]} in ${place.machine}: the machine is not running`);
  const timeoutMs = options.timeoutMs ?? 30_000;
  const path = "/run/wrappers/bin:/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  const inside = [
    "/usr/bin/env",
    "-i",
    "HOME=/root",
    `PATH=${path}`,
    "/usr/bin/timeout",
    "--kill-after=1",
    `${timeoutMs / 1000}`,
  ];
  const enter = ["nsenter", "--target", `${pid}`, "--mount", "--uts", "--ipc", "--pid", "--wdns=/root"];
  return run([...enter, "--", ...inside, ...argv], {
    timeoutMs: timeoutMs + 5_000,
    ...(options.input === undefined ? {} : { input: options.input }),
  });
}

/** Waits until systemd has come up as far as it will. */
export async function waitUntilUp(place: Place, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let last = "no answer yet";
  while (Date.now() < deadline) {
    const answer = await execIn(place, ["systemctl", "is-system-running"], { timeoutMs: 5_000 }).catch(
      () => undefined,
    );
    last = answer?.stdout.trim() || answer?.stderr.trim() || last;
    if (last === "running" || last === "degraded") return;
    if ((await runningProcess(place)) === undefined) break;
    await sleep(100);
  }
  const log = join(machineDir(place.fleet, place.machine), "console.log");
  throw new Error(
    `boot ${place.machine}: not up after ${timeoutMs / 1000} s (${last}); its console is in ${log}`,
  );
}

export async function emptyMachine(place: Place): Promise<void> {
  const dir = machineDir(place.fleet, place.machine);
  await rm(dir, { recursive: true, force: true });
  await mkdir(join(dir, "upper"), { recursive: true });
}
