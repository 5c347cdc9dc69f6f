import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fleetDir } from "../places.ts";
import { must, run } from "../run.ts";

const disksDir = (fleet: string): string => join(fleetDir(fleet), "disks");

/** Small disks on this machine for the data of bots, which can be filled up without harm to anybody else. */
export const diskPath = (fleet: string, disk: string): string => join(disksDir(fleet), disk);

/** Makes one, or finds it, and says where it is. It lives as long as the fleet. */
export async function smallDisk(fleet: string, disk: string): Promise<string> {
  const path = diskPath(fleet, disk);
  await mkdir(path, { recursive: true });
  if (!(await mountsBelow(path)).includes(path)) {
    await must(`make a small disk at ${path}`, ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", path]);
  }
  return path;
}

/** Also those of a run that crashed. */
export async function removeSmallDisks(fleet: string): Promise<void> {
  for (const path of await mountsBelow(disksDir(fleet))) {
    await run(["umount", "-l", path]);
  }
}

async function mountsBelow(path: string): Promise<string[]> {
  const mounts = await readFile("/proc/self/mounts", "utf8");
  return mounts
    .split("\n")
    .flatMap((line) => line.split(" ")[1] ?? [])
    .filter((at) => at === path || at.startsWith(`${path}/`));
}
