import { open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { type Adapter, Low } from "lowdb";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { alone, type Lease } from "./lease.ts";

/** A lowdb file whose content is checked when it is read, and written durably: fsync, then rename. */
export interface JsonFile<T> {
  readonly data: T;
  /** Writes what `data` holds now; calls are done one after the other. */
  write(): Promise<void>;
}

export interface Opened<T> {
  readonly file: JsonFile<T>;
  /** Where a damaged file was put; null when it was sound or not there. */
  readonly setAside: { readonly path: string; readonly why: string } | null;
}

/** Where something damaged is kept: beside the file, with the time. */
export function asideName(path: string, now: Date): string {
  return `${path}.damaged-${now.toISOString().replaceAll(/[:.]/g, "-")}`;
}

/** Opens a file, or begins an empty one. A damaged file is renamed, with the time, and never overwritten. */
export async function openJsonFile<T>(
  path: string,
  schema: z.ZodType<T>,
  empty: T,
  now: Date,
  lease: Lease = alone,
): Promise<Opened<T>> {
  let setAside: Opened<T>["setAside"] = null;
  const adapter: Adapter<T> = {
    async read() {
      const read = await readChecked(path, schema);
      if (read.kind === "damaged") {
        lease.check();
        const aside = asideName(path, now);
        await rename(path, aside);
        setAside = { path: aside, why: read.why };
      }
      return read.kind === "sound" ? read.data : null;
    },
    async write(data) {
      lease.check();
      await writeFileAtomic(path, `${JSON.stringify(data, null, 1)}\n`, { mode: 0o600 });
      await syncDirectory(dirname(path));
    },
  };
  const low = new Low<T>(adapter, empty);
  await low.read();
  let queue: Promise<void> = Promise.resolve();
  const file: JsonFile<T> = {
    get data() {
      return low.data;
    },
    write() {
      const turn = queue.then(() => low.write());
      // One write that failed is told to its caller, and must not stop those behind it.
      queue = turn.catch(() => {});
      return turn;
    },
  };
  return { file, setAside };
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

type Read<T> =
  | { readonly kind: "sound"; readonly data: T }
  | { readonly kind: "absent" }
  | { readonly kind: "damaged"; readonly why: string };

async function readChecked<T>(path: string, schema: z.ZodType<T>): Promise<Read<T>> {
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
    const value: unknown = JSON.parse(text);
    const newer = newerVersion(value);
    if (newer !== null) {
      throw new NewerFormatError(path, newer);
    }
    const result = schema.safeParse(value);
    if (result.success) {
      return { kind: "sound", data: result.data };
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

/** The version that all files of this bot have. */
const known = 1;

function newerVersion(value: unknown): number | null {
  const version = z.object({ version: z.int().gt(known) }).safeParse(value).data?.version;
  return version ?? null;
}

/** A file that this bot is too old for: it is left as it is. */
export class NewerFormatError extends Error {
  constructor(path: string, version: number) {
    super(
      `reading ${path}: a newer Switchyard wrote it (format ${version}, this one knows ${known}). Start that version again; nothing was changed.`,
    );
    this.name = "NewerFormatError";
  }
}
