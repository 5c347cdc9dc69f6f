import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fleetDir } from "../places.ts";
import { must, run } from "../run.ts";

/** A small disk on this machine for the data of a bot, which can be filled up without harm to anybody else. */
export interface SmallDisk {
  readonly path: string;
  fill(): Promise<void>;
  free(): Promise<void>;
}

const disksDir = (fleet: string): string => join(fleetDir(fleet), "disks");

/** Makes it, or finds it. It lives as long as the fleet. */
export async function smallDisk(fleet: string, name: string): Promise<SmallDisk> {
  const path = join(disksDir(fleet), name);
  await mkdir(path, { recursive: true });
  if (!(await mountsBelow(path)).includes(path)) {
    await must(`make a small disk at ${path}`, ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", path]);
  }
  const ballast = join(path, "ballast");
  return {
    path,
    // dd fails, as it is meant to.
    fill: async () => void (await run(["dd", "if=/dev/zero", `of=${ballast}`, "bs=4k"])),
    free: async () => void (await must(`free ${path}`, ["rm", "-f", ballast])),
  };
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
