const troubles: Readonly<Record<string, readonly [what: string, mend: string]>> = {
  ENOSPC: ["the disk is full", "Free some space there."],
  EDQUOT: ["the quota of the bot's user is used up", "Free some space there, or raise the quota."],
  EROFS: ["it is read-only", "Mount it writable, or set SWITCHYARD_DATA_DIR to another place."],
  EACCES: [
    "the bot's user may not write there",
    "Give it to the bot's user (chown), or set SWITCHYARD_DATA_DIR to another place.",
  ],
  EPERM: [
    "the bot's user may not write there",
    "Give it to the bot's user (chown), or set SWITCHYARD_DATA_DIR to another place.",
  ],
  ENOTDIR: ["it is not a directory", "Set SWITCHYARD_DATA_DIR to a directory."],
  EEXIST: ["it is not a directory", "Set SWITCHYARD_DATA_DIR to a directory."],
  EIO: ["the disk has errors", "See the machine's own log (dmesg)."],
};

export interface DiskTrouble {
  /** Such as `the disk is full`. */
  readonly what: string;
  readonly mend: string;
}

const full: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT"]);

/** Free space would help. */
export function isFullDisk(error: unknown): boolean {
  return full.has(codeOf(error) ?? "");
}

/** What a disk refused, by an error or the ones behind it; null for errors of another kind. */
export function diskTrouble(error: unknown): DiskTrouble | null {
  const code = codeOf(error);
  const found = code === null ? undefined : troubles[code];
  return found === undefined ? null : { what: found[0], mend: found[1] };
}

/** Does it; what the disk refused is said in words, and what to do. Any other error is left as it is. */
export async function onDisk<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const trouble = diskTrouble(error);
    throw trouble === null
      ? error
      : new Error(`${what}: ${trouble.what}. Nothing was changed. ${trouble.mend}`, { cause: error });
  }
}

/** The first code of a disk, of the error or of those behind it. */
function codeOf(error: unknown): string | null {
  let one = error;
  for (let depth = 0; one instanceof Error && depth < 10; depth++) {
    if ("code" in one && typeof one.code === "string" && Object.hasOwn(troubles, one.code)) {
      return one.code;
    }
    one = one.cause;
  }
  return null;
}
