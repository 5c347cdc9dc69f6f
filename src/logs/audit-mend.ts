import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import { emptyHead, follows, type Head } from "./audit-chain.ts";
import { type AuditState, auditName, readAudit } from "./audit-read.ts";

export interface Mended {
  /** What the next line follows. */
  readonly head: Head;
  /** The file's bytes, all of them whole lines. */
  readonly size: number;
  /** What was found to be wrong, for people. It goes into the audit, too. */
  readonly troubles: readonly string[];
}

/**
 * Makes an audit ready to go on. A line that a crash has torn is put aside; whatever else is wrong stays as it is,
 * and stays to be seen: where the end does not fit the head, the chain goes on from the head.
 */
export async function mendAudit(directory: string, now: Date): Promise<Mended> {
  const stamp = now.toISOString().replaceAll(/[:.]/g, "-");
  const state = await readAudit(directory);
  if (state.head === null && state.last === null && state.lines > 0) {
    return beginAnew(directory, state, stamp);
  }
  const troubles = state.problems.filter((problem) => !problem.includes("is cut off after"));
  if (state.tornBytes > 0) {
    const aside = `${auditName}.torn-${stamp}`;
    await putAside(directory, aside, state.wholeBytes);
    troubles.push(
      `its last line was torn by a crash; its ${state.tornBytes} bytes were put aside as ${aside}`,
    );
  }
  return { head: goOnFrom(state), size: state.wholeBytes, troubles };
}

/** An audit of before there was a chain is kept whole, under another name. */
async function beginAnew(directory: string, state: AuditState, stamp: string): Promise<Mended> {
  const aside = `${auditName}.before-${stamp}`;
  const path = join(directory, auditName);
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk as Buffer);
  }
  await rename(path, join(directory, aside));
  const what = `its ${state.lines} lines had no chain; they are kept as ${aside}, whose SHA-256 is ${hash.digest("hex")}`;
  return { head: emptyHead, size: 0, troubles: [what] };
}

function goOnFrom({ head, last }: AuditState): Head {
  if (head === null || last === null) {
    return head ?? last ?? emptyHead;
  }
  return follows(last, head) ? { seq: last.seq, hash: last.hash } : head;
}

/** Copies what comes after the whole lines to a file of its own, and only then cuts it off. */
async function putAside(directory: string, aside: string, from: number): Promise<void> {
  const file = await open(join(directory, auditName), "r+");
  try {
    const copy = await open(join(directory, aside), "wx", 0o600);
    try {
      await copy.writeFile(createReadStream(join(directory, auditName), { start: from }));
      await copy.sync();
    } finally {
      await copy.close();
    }
    await file.truncate(from);
    await file.sync();
  } finally {
    await file.close();
  }
}
