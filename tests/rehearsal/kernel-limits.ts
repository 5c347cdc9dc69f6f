import { readFile, writeFile } from "node:fs/promises";

/** Each machine's systemd takes some inotify instances; the usual 128 are used up by four fleets side by side. */
const wanted = 2048;
const file = "/proc/sys/fs/inotify/max_user_instances";

/** Raises the kernel's limit until the next boot, where it is lower. */
export async function raiseLimits(): Promise<void> {
  const limit = Number(await readFile(file, "utf8"));
  if (limit < wanted) {
    await writeFile(file, `${wanted}\n`);
  }
}
