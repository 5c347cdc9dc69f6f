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

/** What a disk refused, by an error or the ones behind it; null for errors of another kind. */
export function diskTrouble(error: unknown): DiskTrouble | null {
  let one = error;
  for (let depth = 0; one instanceof Error && depth < 10; depth++) {
    const found = "code" in one && typeof one.code === "string" ? troubles[one.code] : undefined;
    if (found !== undefined) {
      return { what: found[0], mend: found[1] };
    }
    one = one.cause;
  }
  return null;
}
