import { mkdir } from "node:fs/promises";
import lockfile from "proper-lockfile";

/** The lock of a process that was killed is taken over after this time. */
const stale = 5_000;

/** Makes the data directory, and keeps other bots off it until the returned function is called. */
export async function lockDataDirectory(
  directory: string,
  onLost: (error: Error) => void,
): Promise<() => Promise<void>> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
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
