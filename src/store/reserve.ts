import { open, rm, stat, statfs, truncate } from "node:fs/promises";
import { join } from "node:path";
import prettyBytes from "pretty-bytes";

/** Room on the bot's own disk for an emergency: state, log and audit of roll backs while it is full. */
export interface Reserve {
  /** Makes the file where it is missing and the disk has plenty of room, and says how the disk stands. */
  keep(): Promise<void>;
  /** Gives the file up where the disk has less room than an act needs. */
  makeRoom(): Promise<void>;
}

export interface ReserveParts {
  readonly directory: string;
  /** Bytes. */
  readonly size?: number;
  /** Told that the disk is full, in sentences, and null when it is not any more. */
  readonly onFull: (cause: string | null) => void;
  /** Told what could not be done with the file. */
  readonly onError: (error: Error) => void;
}

/** A dozen roll backs with their logs. */
const defaultSize = 8 * 1024 * 1024;
/** The file is made where it takes at most this share of what is free. */
const plenty = 4;
const chunk = 256 * 1024;

export function diskReserve({ directory, size = defaultSize, onFull, onError }: ReserveParts): Reserve {
  const path = reservePath(directory);
  let isGivenUp = false;

  async function make(): Promise<void> {
    const file = await open(path, "w", 0o600);
    try {
      for (let written = 0; written < size; written += chunk) {
        await file.write(Buffer.alloc(Math.min(chunk, size - written)));
      }
      await file.sync();
    } finally {
      await file.close();
    }
  }

  const told = () =>
    tell().catch((error: unknown) =>
      onError(new Error(`looking at the disk of ${directory}`, { cause: error })),
    );

  async function tell(): Promise<void> {
    const [free, kept] = [await freeOn(directory), await sizeOf(path)];
    const isSpent = isGivenUp || (kept > 0 && kept < size);
    if (free < size / 2 || (isSpent && free < plenty * size)) {
      onFull(`The disk of ${directory} is full, or nearly: ${reserveWords(kept, size, isSpent)}.`);
    } else if (free >= size) {
      // Not from half a reserve on: a disk at the edge is told once.
      onFull(null);
    }
  }

  return {
    async keep() {
      try {
        if ((await sizeOf(path)) < size && (await freeOn(directory)) >= plenty * size) {
          await make();
          isGivenUp = false;
        }
      } catch (error) {
        await rm(path, { force: true }).catch(() => {});
        onError(new Error(`making ${path}`, { cause: error }));
      }
      await told();
    },
    async makeRoom() {
      try {
        if ((await freeOn(directory)) < size / 2 && (await sizeOf(path)) > 0) {
          await rm(path);
          isGivenUp = true;
          await told();
        }
      } catch (error) {
        onError(new Error(`giving up ${path}`, { cause: error }));
      }
    },
  };
}

function reserveWords(kept: number, size: number, isSpent: boolean): string {
  const nothing = "what cannot be written is not begun";
  if (kept >= size) {
    return `${nothing}, and ${prettyBytes(kept, { binary: true })} are kept for roll backs`;
  }
  if (kept > 0) {
    return `half of its reserve was given up, ${nothing}, and ${prettyBytes(kept, { binary: true })} are kept for roll backs`;
  }
  return isSpent
    ? `its reserve was given up for a roll back, and ${nothing}`
    : `${nothing}, and there is no reserve for roll backs`;
}

/** Less than what a start may write: the records that are open, and heads of files. */
const startNeeds = 1024 * 1024;

export async function isNearlyFull(directory: string): Promise<boolean> {
  return (await freeOn(directory)) < startNeeds;
}

/** For the start on a full disk: one half, as a roll back may want the other. False where there is nothing to give up. */
export async function giveUpHalf(directory: string): Promise<boolean> {
  const path = reservePath(directory);
  const kept = await sizeOf(path);
  if (kept === 0) {
    return false;
  }
  await truncate(path, Math.floor(kept / 2));
  return true;
}

function reservePath(directory: string): string {
  return join(directory, "reserve");
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

async function freeOn(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}
