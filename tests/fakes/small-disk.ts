import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { promisify } from "node:util";
import { quiet } from "./manual-clock.ts";

const run = promisify(execFile);

/** Why these tests cannot be played here; null where they can. */
export const noSmallDisk = process.getuid?.() === 0 ? null : "mounting a small disk needs root";

export interface SmallDisk {
  readonly directory: string;
  fill(): Promise<void>;
  free(): Promise<void>;
  makeReadOnly(): Promise<void>;
  makeWritable(): Promise<void>;
}

/** A real disk of 2 MB in memory, gone after the test. */
export async function smallDisk(t: TestContext): Promise<SmallDisk> {
  const parent = await mkdtemp(join(tmpdir(), "switchyard-disk-"));
  t.after(async () => {
    await quiet();
    await run("umount", ["--lazy", directory]);
    await rm(parent, { recursive: true, force: true });
  });
  const directory = join(parent, "disk");
  const ballast = join(directory, "ballast");
  await mkdir(directory);
  await run("mount", ["-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", directory]);
  return {
    directory,
    async fill() {
      for (const size of [1024 * 1024, 64 * 1024, 4_096]) {
        for (let isFull = false; !isFull; ) {
          await writeFile(ballast, Buffer.alloc(size), { flag: "a" }).catch(() => {
            isFull = true;
          });
        }
      }
    },
    free: () => unlink(ballast),
    makeReadOnly: async () => void (await run("mount", ["-o", "remount,ro", directory])),
    makeWritable: async () => void (await run("mount", ["-o", "remount,rw", directory])),
  };
}
