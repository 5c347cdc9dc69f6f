import { open, rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../config/clock.ts";

/** Room on the bot's own disk for an emergency: state, log and audit of roll backs while it is full. */
export interface Reserve {
  /** Makes the file where it is missing and the disk has plenty of room. */
  keep(): Promise<void>;
  /** Gives the file up where the disk has less room than an act needs. */
  makeRoom(): Promise<void>;
}

export interface ReserveParts {
  readonly directory: string;
  /** Bytes. */
  readonly size?: number;
  readonly onTrouble: (message: string) => void;
}

/** A dozen roll backs with their logs. */
const defaultSize = 8 * 1024 * 1024;
/** The file is made where it takes at most this share of what is free. */
const plenty = 4;
const chunk = 256 * 1024;

export function diskReserve({ directory, size = defaultSize, onTrouble }: ReserveParts): Reserve {
  const path = join(directory, "reserve");

  async function free(): Promise<number> {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  }

  async function isThere(): Promise<boolean> {
    return stat(path).then(
      (file) => file.size >= size,
      () => false,
    );
  }

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

  return {
    async keep() {
      try {
        if (!(await isThere()) && (await free()) >= plenty * size) {
          await make();
        }
      } catch (error) {
        await rm(path, { force: true }).catch(() => {});
        onTrouble(`keeping ${path}: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
    async makeRoom() {
      try {
        if ((await free()) < size / 2 && (await isThere())) {
          await rm(path);
          onTrouble(
            `the disk of ${directory} is full: its reserve was given up for a roll back. Free some space there.`,
          );
        }
      } catch (error) {
        onTrouble(`giving up ${path}: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}

/** Milliseconds. */
const every = 60_000;

/** Looks after the reserve until the signal. */
export async function keepReserve(reserve: Reserve, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await reserve.keep();
    await clock.sleep(every, signal).catch(() => {});
  }
}
