import { randomBytes } from "node:crypto";
import { chown, mkdir, open, stat, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { type Clock, isoTime, systemClock } from "../config/clock.ts";
import { deadlines } from "../config/deadlines.ts";
import { type HeldFile, holdFile } from "../remote/held-file.ts";
import { type DiskTrouble, diskTrouble, isFullDisk } from "./disk-trouble.ts";
import { type Lease, leaseOn, readHolder } from "./lease.ts";
import { giveUpHalf, isNearlyFull } from "./reserve.ts";

export interface LockedDirectory {
  readonly lease: Lease;
  unlock(): Promise<void>;
}

/** How often a lock is asked for again while another bot ends, in milliseconds. */
const retryPause = 200;

/**
 * Makes the data directory, and keeps other bots off it until `unlock`, or until this process ends. The lock file lies
 * inside, as the directory above may belong to root. `onLost` is told when the lock is gone although this bot lives.
 */
export async function lockDataDirectory(
  directory: string,
  onLost: (error: Error) => void,
  clock: Clock = systemClock,
): Promise<LockedDirectory> {
  let isFull = await tryWriting(directory);
  const path = join(directory, "lock");
  await makeLockFile(directory, path);
  let lost: string | null = null;
  const lose = (why: string) => {
    lost = why;
    onLost(new Error(`${directory} is not this bot's any more: ${why}`));
  };
  const file = await hold(clock, directory, path, lose);
  try {
    // Not before the lock is held: the reserve is that of the bot that has it.
    if ((isFull || (await isNearlyFull(directory))) && (await giveUpHalf(directory))) {
      isFull = await tryWriting(directory);
    }
    if (isFull) {
      throw unwritable(directory, fullWithoutReserve);
    }
    const term = Math.max(0, readHolder(path)?.term ?? 0) + 1;
    const word = randomBytes(8).toString("hex");
    await writeHolder(clock, path, term, word);
    const lease = leaseOn({ directory, path, term, word, lost: () => lost, onLost: lose });
    return { lease, unlock: () => file.release() };
  } catch (error) {
    await file.release();
    if (error instanceof UnwritableError) {
      throw error;
    }
    throw new Error(`locking ${directory}: its lock file cannot be written`, { cause: error });
  }
}

async function hold(
  clock: Clock,
  directory: string,
  path: string,
  onLost: (why: string) => void,
): Promise<HeldFile> {
  const until = clock.now() + deadlines.dataDirectory;
  for (;;) {
    const holding = await holdFile(path, onLost);
    switch (holding.kind) {
      case "held":
        return holding.file;
      case "taken":
        if (clock.now() >= until) {
          throw new Error(`locking ${directory}: ${anotherBot(path)}`);
        }
        await clock.sleep(retryPause);
        break;
      case "no-flock":
        throw new Error(
          `locking ${directory}: there is no flock on the bot's PATH. Install util-linux (macOS: brew install flock), and see that PATH names it.`,
        );
      case "failed":
        throw new Error(
          `locking ${directory}: ${holding.why}. Set SWITCHYARD_DATA_DIR to a directory on a disk of this machine; a network file system may have no locks.`,
        );
    }
  }
}

function anotherBot(path: string): string {
  const holder = readHolder(path);
  const who = holder === null ? "" : ` (process ${holder.pid} on ${holder.host}, since ${holder.since})`;
  return `another bot is at work on it${who}; stop that one, or set SWITCHYARD_DATA_DIR. One that is paused keeps it until it ends.`;
}

/** The file belongs to the directory's owner, also where root started the bot once. */
async function makeLockFile(directory: string, path: string): Promise<void> {
  try {
    await (await open(path, "a", 0o600)).close();
    const { uid, gid } = await stat(directory);
    if (process.getuid?.() === 0 && uid !== 0) {
      await chown(path, uid, gid);
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `locking ${directory}: its lock file cannot be opened (${why}). Give the directory and its files to the bot's user: chown -R.`,
      { cause: error },
    );
  }
}

/** In place: the lock is on this very file. */
async function writeHolder(clock: Clock, path: string, term: number, word: string): Promise<void> {
  const holder = { term, word, pid: process.pid, host: hostname(), since: isoTime(clock) };
  const file = await open(path, "r+");
  try {
    await file.truncate(0);
    await file.write(`${JSON.stringify(holder)}\n`, 0);
    await file.sync();
  } finally {
    await file.close();
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

/**
 * Tries it, as there are many reasons why it may not be; a bot that can remember nothing must not begin anything. True where the
 * disk is full: then a reserve may be there. Any other trouble is thrown.
 */
async function tryWriting(directory: string): Promise<boolean> {
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
    return false;
  } catch (error) {
    if (isFullDisk(error)) {
      return true;
    }
    const why = error instanceof Error ? error.message : String(error);
    throw unwritable(
      directory,
      diskTrouble(error) ?? { what: why, mend: "See the directory and its disk." },
      error,
    );
  }
}

const fullWithoutReserve: DiskTrouble = {
  what: "the disk is full, and no reserve is left to start with",
  mend: "Free some space there: 1 MB lets the bot start, 32 MB let it keep a reserve again.",
};

class UnwritableError extends Error {}

function unwritable(directory: string, { what, mend }: DiskTrouble, cause?: unknown): UnwritableError {
  return new UnwritableError(`SWITCHYARD_DATA_DIR ${directory} cannot be written: ${what}. ${mend}`, {
    cause,
  });
}
