import { chmod, cp, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/**
 * The trees that are made here become the root of machines, whose users have to read them. Under a strict umask (077) nobody but root
 * could, and dbus would not start. It holds for all that this process makes and starts; every user of the fleet imports this.
 */
process.umask(0o022);

/** Copies a folder of the repository: a clone that was made under a strict umask is readable for its owner alone. */
export async function copyTree(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true });
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await openToAll(join(to, entry.parentPath.slice(from.length), entry.name));
  }
  await openToAll(to);
}

/** Whether all users may read this folder: one of an earlier run may have been made under a strict umask. */
export async function isReadableTree(dir: string): Promise<boolean> {
  return ((await stat(dir)).mode & 0o755) === 0o755;
}

async function openToAll(path: string): Promise<void> {
  const { mode } = await stat(path);
  await chmod(path, mode & 0o100 ? 0o755 : 0o644);
}
