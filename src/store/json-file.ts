import { open, readFile, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { type Adapter, Low } from "lowdb";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { alone, type Lease } from "./lease.ts";

/** How the data of a file stands in it. */
export interface FileFormat<T> {
  /** The newest version that it can read. */
  readonly version: number;
  /** What the schema then checks. Throws for what is damaged as a whole. */
  read(text: string): Loaded;
  /** `term` is the lease's, under which it is written. */
  write(data: T, term: number): string;
}

export interface Loaded {
  readonly value: unknown;
  /** How many records of each section could not be read; null where nobody can say how many. */
  readonly missing: Readonly<Record<string, number>> | null;
  /** Another text than this bot would write: an older format, or one with damage. */
  readonly isOutdated: boolean;
}

const plain: FileFormat<unknown> = {
  version: 1,
  read: (text) => ({ value: JSON.parse(text), missing: {}, isOutdated: false }),
  write: (data) => `${JSON.stringify(data, null, 1)}\n`,
};

/** A lowdb file whose content is checked when it is read, and written durably: fsync, then rename. */
export interface JsonFile<T> {
  readonly data: T;
  /** Writes what `data` holds now; calls are done one after the other. */
  write(): Promise<void>;
  /**
   * Changes a copy of the data, and writes it. What could not be written did not happen: then `data` is what it was. `change` puts
   * new values in the place of old ones, and changes nothing inside of them.
   */
  update(change: (data: T) => void): Promise<void>;
}

export interface Opened<T> {
  readonly file: JsonFile<T>;
  /** Where a damaged file was put; null when it was sound or not there. */
  readonly setAside: { readonly path: string; readonly why: string } | null;
  readonly missing: Loaded["missing"];
  readonly isOutdated: boolean;
}

/** Where something damaged is kept: beside the file, with the time. */
export function asideName(path: string, now: Date): string {
  return `${path}.damaged-${now.toISOString().replaceAll(/[:.]/g, "-")}`;
}

const asidePattern = /^(.+)\.damaged-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z$/;

/** What a name made by `asideName` says; null for any other. */
export function readAsideName(name: string): { readonly of: string; readonly since: string } | null {
  const [, of, day, hour, minute, second, rest] = asidePattern.exec(name) ?? [];
  return of === undefined ? null : { of, since: `${day}T${hour}:${minute}:${second}.${rest}Z` };
}

/** Opens a file, or begins an empty one. A damaged file is renamed, with the time, and never overwritten. */
export async function openJsonFile<T extends object>(
  path: string,
  schema: z.ZodType<T>,
  empty: T,
  now: Date,
  lease: Lease = alone,
  format: FileFormat<T> = plain,
): Promise<Opened<T>> {
  let setAside: Opened<T>["setAside"] = null;
  /** Each write makes a new file, by a rename. */
  let own: number | null = null;
  let loaded: Pick<Loaded, "missing" | "isOutdated"> = { missing: {}, isOutdated: false };
  const adapter: Adapter<T> = {
    async read() {
      const read = await readChecked(path, schema, format);
      if (read.kind === "damaged") {
        lease.check();
        const aside = asideName(path, now);
        await rename(path, aside);
        setAside = { path: aside, why: read.why };
      }
      if (read.kind !== "sound") {
        return null;
      }
      loaded = read;
      own = await inodeOf(path);
      return read.data;
    },
    async write(data) {
      lease.check();
      // A bot that was paused in the middle of a write ends it when it goes on. What this bot knows counts, and replaces it.
      if (own !== null && (await inodeOf(path)) !== own) {
        lease.onForeignWrite?.(path);
      }
      await writeFileAtomic(path, format.write(data, lease.term), { mode: 0o600 });
      own = await inodeOf(path);
      await syncDirectory(dirname(path));
    },
  };
  const low = new Low<T>(adapter, empty);
  await low.read();
  let queue: Promise<void> = Promise.resolve();
  function inTurn(work: () => Promise<void>): Promise<void> {
    const turn = queue.then(work);
    // One write that failed is told to its caller, and must not stop those behind it.
    queue = turn.catch(() => {});
    return turn;
  }
  const file: JsonFile<T> = {
    get data() {
      return low.data;
    },
    write: () => inTurn(() => low.write()),
    update: (change) =>
      inTurn(async () => {
        const before = low.data;
        low.data = { ...before };
        try {
          await low.update(change);
        } catch (error) {
          low.data = before;
          throw error;
        }
      }),
  };
  return { file, setAside, ...loaded };
}

async function inodeOf(path: string): Promise<number | null> {
  return stat(path).then(
    ({ ino }) => ino,
    () => null,
  );
}

/** The rename itself is on the disk only when its folder is. */
async function syncDirectory(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

export type Read<T> =
  | ({ readonly kind: "sound"; readonly data: T } & Pick<Loaded, "missing" | "isOutdated">)
  | { readonly kind: "absent" }
  | { readonly kind: "damaged"; readonly why: string };

export async function readChecked<T>(
  path: string,
  schema: z.ZodType<T>,
  format: FileFormat<T> = plain as FileFormat<T>,
): Promise<Read<T>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return { kind: "absent" };
    }
    throw new Error(`reading ${path}: it is there, but cannot be read`, { cause: error });
  }
  try {
    const { value, missing, isOutdated } = format.read(text);
    refuseNewer(path, value, format.version);
    const result = schema.safeParse(value);
    if (result.success) {
      return { kind: "sound", data: result.data, missing, isOutdated };
    }
    const issue = result.error.issues[0];
    return { kind: "damaged", why: `${issue?.path.join(".")}: ${issue?.message}` };
  } catch (error) {
    if (error instanceof NewerFormatError) {
      throw error;
    }
    return { kind: "damaged", why: error instanceof Error ? error.message : String(error) };
  }
}

/** Throws where a newer bot wrote this. */
export function refuseNewer(path: string, value: unknown, known: number): void {
  const newer = z.object({ version: z.int().gt(known) }).safeParse(value).data?.version;
  if (newer !== undefined) {
    throw new NewerFormatError(path, newer, known);
  }
}

/** A file that this bot is too old for: it is left as it is. */
export class NewerFormatError extends Error {
  constructor(path: string, version: number, known: number) {
    super(
      `reading ${path}: a newer Switchyard wrote it (format ${version}, this one knows ${known}). Start that version again; nothing was changed.`,
    );
    this.name = "NewerFormatError";
  }
}
