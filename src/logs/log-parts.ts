import { mkdir, open, readdir, rm, stat, unlink } from "node:fs/promises";
import { basename, join } from "node:path";

/**
 * A log on the disk. Its beginning is the file itself. What does not fit there goes to parts in a folder beside it, each named by
 * the byte of the log that it begins with; the two newest are kept. So whatever a crash leaves is whole: names and sizes say
 * what is there and what is left out, and nothing has to be joined.
 */
export interface LogPart {
  readonly file: string;
  /** Where its first byte stands in all that was ever written to the log. */
  readonly start: number;
  readonly size: number;
  readonly modifiedAt: number;
}

/** Half of a log's bound is its beginning, and two parts of a quarter each are its end. */
export function limitsOf(bound: number): { readonly head: number; readonly part: number } {
  return { head: Math.floor(bound / 2), part: Math.floor(bound / 4) };
}

const folderEnd = ".tail";
const digits = 16;

/** The folder of a log's parts. */
export const partsFolder = (path: string) => `${path}${folderEnd}`;
const partFile = (path: string, start: number) =>
  join(partsFolder(path), String(start).padStart(digits, "0"));

/** The log that a file or folder in a folder of logs belongs to; null for others. */
export function logOf(path: string): string | null {
  const log = path.endsWith(folderEnd) ? path.slice(0, -folderEnd.length) : path;
  return basename(log).endsWith(".log") ? log : null;
}

/** How many of the bytes go into so much room: whole lines, and only into an empty part a piece of a longer line. */
export function fitting(bytes: Buffer, room: number, isEmpty: boolean): number {
  if (bytes.length <= room) {
    return bytes.length;
  }
  const lines = room <= 0 ? 0 : bytes.lastIndexOf(10, room - 1) + 1;
  if (lines > 0 || !isEmpty) {
    return lines;
  }
  let at = room;
  while (at > 0 && isInsideCharacter(bytes[at])) {
    at -= 1;
  }
  return at === 0 ? Math.max(1, room) : at;
}

function isInsideCharacter(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/** Where the parts behind the beginning start, in their order. */
async function startsOf(path: string): Promise<number[]> {
  const names = await readdir(partsFolder(path)).catch((error: unknown) => {
    if (isMissing(error)) {
      return [];
    }
    throw error;
  });
  return names
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((one, other) => one - other);
}

/** All parts in their order. Names are read before sizes: a part that another one follows does not grow any more. */
export async function partsOf(path: string): Promise<LogPart[]> {
  const starts = await startsOf(path);
  const files = [
    { file: path, start: 0 },
    ...starts.map((start) => ({ file: partFile(path, start), start })),
  ];
  const found = await Promise.all(
    files.map(async (part) => {
      const found = await stat(part.file).catch((error: unknown) => {
        if (isMissing(error)) {
          return null;
        }
        throw error;
      });
      return found === null ? [] : [{ ...part, size: found.size, modifiedAt: found.mtimeMs }];
    }),
  );
  return found.flat();
}

/** Where the next byte will stand. */
export function endOf(parts: readonly LogPart[]): number {
  const last = parts.at(-1);
  return last === undefined ? 0 : last.start + last.size;
}

export async function removeParts(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (!isMissing(error)) {
      throw error;
    }
  });
  await rm(partsFolder(path), { recursive: true, force: true });
}

export interface LogEnd {
  /** Gives back what the disk did not take. */
  append(bytes: Buffer): Promise<Buffer>;
}

/** The end of a log, which grows and is never longer on the disk than its bound. */
export function logEnd(path: string, bound: () => number): LogEnd {
  let starts: number[] | null = null;

  /** Appends what fits to the newest part, or begins another one; how many bytes that took. */
  async function step(starts: number[], bytes: Buffer): Promise<number> {
    const limits = limitsOf(bound());
    const start = starts.at(-1);
    const file = await open(start === undefined ? path : partFile(path, start), "a", 0o600);
    try {
      const { size } = await file.stat();
      const count = fitting(bytes, (start === undefined ? limits.head : limits.part) - size, size === 0);
      if (count === 0) {
        await begin(starts, (start ?? 0) + size);
      } else {
        // All of it, or nothing.
        await file.appendFile(bytes.subarray(0, count)).catch(async (error: unknown) => {
          await file.truncate(size);
          throw error;
        });
      }
      return count;
    } finally {
      await file.close();
    }
  }

  /** The oldest goes first, so the bound holds at every moment. */
  async function begin(starts: number[], next: number): Promise<void> {
    if (starts.length === 0) {
      await mkdir(partsFolder(path), { recursive: true, mode: 0o700 });
    }
    while (starts.length > 1) {
      await unlink(partFile(path, starts[0] ?? 0));
      starts.shift();
    }
    starts.push(next);
  }

  return {
    async append(bytes) {
      let rest = bytes;
      try {
        starts ??= await startsOf(path);
        while (rest.length > 0) {
          rest = rest.subarray(await step(starts, rest));
        }
      } catch {
        // What stands on the disk is read again; the caller tries again, and says what is missing.
        starts = null;
      }
      return rest;
    },
  };
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
