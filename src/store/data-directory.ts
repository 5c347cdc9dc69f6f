import { mkdir, open, unlink } from "node:fs/promises";
import { join } from "node:path";
import lockfile from "proper-lockfile";
import { diskTrouble } from "./disk-trouble.ts";

/** The lock of a process that was killed is taken over after this time. */
const stale = 5_000;

/** Makes the data directory, and keeps other bots off it until the returned function is called. */
export async function lockDataDirectory(
  directory: string,
  onLost: (error: Error) => void,
): Promise<() => Promise<void>> {
  await mustBeWritable(directory);
  try {
    return await lockfile.lock(directory, {
      stale,
      update: 1_000,
      retries: { retries: 14, factor: 1, minTimeout: 500 },
      onCompromised: onLost,
    });
  } catch (error) {
    throw new Error(
      `locking ${directory}: another bot is at work on it; stop that one, or set SWITCHYARD_DATA_DIR`,
      {
        cause: error,
      },
    );
  }
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    // Of a read-only disk mkdir says ENOENT when it may make several at once.
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "ENOENT") {
      await mkdir(directory, { recursive: true, mode: 0o700 });
    } else if (code !== "EEXIST") {
      throw error;
    }
  }
}

/** As much as a small record takes. */
const probe = Buffer.alloc(4_096);

/** Tries it, as there are many reasons why it may not be; a bot that can remember nothing must not begin anything. */
async function mustBeWritable(directory: string): Promise<void> {
  const path = join(directory, ".probe");
  try {
    await makeDirectory(directory);
    const file = await open(path, "w", 0o600);
    try {
      await file.writeFile(probe);
      await file.sync();
    } finally {
      await file.close();
      await unlink(path).catch(() => {});
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const { what, mend } = diskTrouble(error) ?? { what: why, mend: "See the directory and its disk." };
    throw new Error(`SWITCHYARD_DATA_DIR ${directory} cannot be written: ${what}. ${mend}`, { cause: error });
  }
}
