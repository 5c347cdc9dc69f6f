import { open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { Low } from "lowdb";
import writeFileAtomic from "write-file-atomic";
import type { z } from "zod";

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
): Promise<Opened<T>> {
  const read = await readChecked(path, schema);
  let setAside: Opened<T>["setAside"] = null;
  if (read.kind === "damaged") {
    const aside = asideName(path, now);
    await rename(path, aside);
    setAside = { path: aside, why: read.why };
  }
  const adapter = {
    read: async () => null,
    async write(data: T) {
      await writeFileAtomic(path, `${JSON.stringify(data, null, 1)}\n`, { mode: 0o600 });
      await syncDirectory(dirname(path));
    },
  };
  const low = new Low<T>(adapter, read.kind === "sound" ? read.data : empty);
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
    const result = schema.safeParse(JSON.parse(text));
    if (result.success) {
      return { kind: "sound", data: result.data };
    }
    const issue = result.error.issues[0];
    return { kind: "damaged", why: `${issue?.path.join(".")}: ${issue?.message}` };
  } catch (error) {
    return { kind: "damaged", why: error instanceof Error ? error.message : String(error) };
  }
}
