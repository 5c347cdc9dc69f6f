import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import lockfile from "proper-lockfile";

/** Runs `work` while holding a lock that counts on the whole machine, across clones and processes. */
export async function underLock<T>(path: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const release = await lockfile
    .lock(path, {
      realpath: false,
      stale: 5_000,
      update: 1_000,
      retries: { retries: Math.ceil(waitMs / 250), factor: 1, minTimeout: 250, maxTimeout: 250 },
    })
    .catch((cause: unknown) => {
      throw new Error(`${path} is locked by another set-up: wait for it to end, then try again`, { cause });
    });
  try {
    return await work();
  } finally {
    await release();
  }
}
