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

/** A lease that the lock file vouches for: another bot that has it has written another term there. */
export function leaseOn(directory: string, path: string, term: number, lost: () => string | null): Lease {
  return {
    term,
    check() {
      const why = lost();
      if (why !== null) {
        throw new LeaseLostError(directory, why);
      }
      const found = readHolder(path)?.term;
      if (found !== term) {
        throw new LeaseLostError(
          directory,
          found === undefined ? "its lock file is gone" : `its term was ${term}, now it is ${found}`,
        );
      }
    },
  };
}
