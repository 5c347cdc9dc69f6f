import { readdir, readFile, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A process id alone may name somebody else by now; with the start time it names one process. */
export interface Identity {
  readonly pid: number;
  readonly startedAt: string;
}

export async function identify(pid: number): Promise<Identity | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // Fields after the name, which may hold spaces; the state is the first, the start time the 20th.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  const startedAt = fields?.[19];
  return startedAt === undefined || fields?.[0] === "Z" ? undefined : { pid, startedAt };
}

export const isAlive = async (known: Identity): Promise<boolean> =>
  (await identify(known.pid))?.startedAt === known.startedAt;

export async function onlyChild(pid: number): Promise<number | undefined> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  const first = Number.parseInt(children, 10);
  return Number.isNaN(first) ? undefined : first;
}

const cgroupRoots = ["/sys/fs/cgroup", "/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified"];

/** Kills what is left in the cgroups of that name and removes them. */
export async function clearCgroup(name: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const groups = (await Promise.all(cgroupRoots.map((root) => subtree(join(root, name))))).flat();
    if (groups.length === 0) return;
    for (const group of groups) {
      const pids = await readFile(join(group, "cgroup.procs"), "utf8").catch(() => "");
      for (const pid of pids.split("\n").map(Number)) if (pid > 1) kill(pid);
      await rmdir(group).catch(() => undefined);
    }
    await sleep(attempt === 0 ? 5 : 50);
  }
  throw new Error(`clear the cgroup ${name}: its processes do not end; see /sys/fs/cgroup/*/${name}`);
}

export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}

/** Deepest first, as they have to be removed. */
async function subtree(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => undefined);
  if (!entries) return [];
  const below = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map((entry) => subtree(join(dir, entry.name))),
  );
  return [...below.flat(), dir];
}
