import { readFileSync } from "node:fs";

/** The right to write, for one term. A bot whose term is not the present one writes nothing any more. */
export interface Lease {
  readonly term: number;
  /** Throws where the lease is lost. Asked before every write. */
  check(): void;
  /** Told when a file is not the one that this bot wrote last: a bot without the lease wrote it meanwhile. */
  readonly onForeignWrite?: (path: string) => void;
}

/** For a store that nobody else can have. */
export const alone: Lease = { term: 0, check: () => {} };

export class LeaseLostError extends Error {
  constructor(directory: string, why: string) {
    super(
      `writing to ${directory}: this bot does not hold the data directory any more (${why}), and writes nothing. Start it again.`,
    );
    this.name = "LeaseLostError";
  }
}

/** Who holds a data directory, as its lock file has it. */
export interface Holder {
  readonly term: number;
  /** Random, as two lock files may count to the same term: one that was removed, and the one after it. */
  readonly word?: string;
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

/** Null for a file that is not there, is empty, or was damaged. */
export function readHolder(path: string): Holder | null {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return typeof value === "object" && value !== null && "term" in value && Number.isSafeInteger(value.term)
      ? (value as Holder)
      : null;
  } catch {
    return null;
  }
}

export interface LeaseFile {
  readonly directory: string;
  /** The lock file. */
  readonly path: string;
  readonly term: number;
  readonly word: string;
  /** Why the lock is gone; null while it is held. */
  readonly lost: () => string | null;
  /** Told at the first check that finds another bot, or none, in the lock file. */
  readonly onLost: (why: string) => void;
}

/** A lease that the lock file vouches for: another bot that has it has written another term or word there. */
export function leaseOn({ directory, path, term, word, lost, onLost }: LeaseFile): Lease {
  return {
    term,
    check() {
      const known = lost();
      const why = known ?? disagreement(readHolder(path), term, word);
      if (known === null && why !== null) {
        onLost(why);
      }
      if (why !== null) {
        throw new LeaseLostError(directory, why);
      }
    },
  };
}

function disagreement(found: Holder | null, term: number, word: string): string | null {
  if (found === null) {
    return "its lock file is gone";
  }
  if (found.term !== term) {
    return `its term was ${term}, now it is ${found.term}`;
  }
  return found.word === word
    ? null
    : `its lock file is another bot's (process ${found.pid} on ${found.host})`;
}
