import { type FileHandle, open, stat } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { type Clock, isoTime } from "../config/clock.ts";
import type { Actor } from "../deploy/actor.ts";
import { alone, type Lease } from "../store/lease.ts";
import { chainedLine, type Head } from "./audit-chain.ts";
import { mendAudit } from "./audit-mend.ts";
import { auditName, headName } from "./audit-read.ts";
import type { Redactor } from "./redact.ts";

export interface AuditEntry {
  readonly who: Actor;
  /** `asked`, `clicked`, `answered`, `refused`, `decided`, `ended`, `corrected`, `found` … */
  readonly what: string;
  readonly about: string;
  readonly detail: string;
  /** What it was about, and why. */
  readonly more?: Readonly<Partial<Record<MoreField, string | number | null>>>;
}

export type MoreField =
  | "run"
  | "host"
  | "mode"
  | "why"
  | "ref"
  | "revision"
  | "toplevel"
  | "previousSystem"
  | "outcome";

/** Resolves when the entry is on the disk. Rejects when it could not be written yet: it is kept, and written later. */
export type Audit = (entry: AuditEntry) => Promise<void>;

export interface AuditFile {
  readonly append: Audit;
  /** Looks through what is there; tells how many lines there are, and the hash of the last one. */
  open(): Promise<Head>;
  /** Tries once more to write what is kept. */
  close(): Promise<void>;
}

export interface AuditParts {
  readonly directory: string;
  readonly clock: Clock;
  readonly redact: Pick<Redactor, "value">;
  /** Nothing is written without it. */
  readonly lease?: Lease;
  /** Told what is wrong with the file, and what was done about it. */
  readonly onTrouble: (message: string) => void;
  /** Told that nothing can be written, with the error, and null when it can again. */
  readonly onBlocked?: (error: unknown) => void;
}

/** How many entries are kept while the disk takes none, and how long until it is tried again, in milliseconds. */
const maxKept = 1_000;
const retryPause = 5_000;

export const bot: Actor = { surface: "bot", id: "bot", name: "Switchyard" };

/**
 * `audit.jsonl`: who asked, who clicked, what was decided and why; one JSON object a line, only ever appended,
 * each tied to the one before it. `audit-head.json` says where it ends.
 */
export function auditFile({
  directory,
  clock,
  redact,
  lease = alone,
  onTrouble,
  onBlocked,
}: AuditParts): AuditFile {
  const path = join(directory, auditName);
  const life = new AbortController();
  const kept: object[] = [];
  let lost = 0;
  let isRetrying = false;
  let isOpened = false;
  let isTorn = false;
  let head: Head = { seq: 0, hash: "" };
  let size = 0;
  let isHeadWritten = true;
  let queue: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = queue.then(work);
    queue = turn.catch(() => {});
    return turn;
  }

  async function mend(): Promise<void> {
    const mended = await mendAudit(directory, new Date(clock.now()));
    ({ head, size } = mended);
    isTorn = false;
    for (const trouble of mended.troubles) {
      onTrouble(`the audit: ${trouble}`);
    }
    if (mended.troubles.length > 0) {
      const detail = mended.troubles.join("; ").slice(0, 1_000);
      kept.unshift(fieldsOf({ who: bot, what: "found", about: auditName, detail }));
    }
  }

  function fieldsOf({ who, what, about, detail, more }: AuditEntry): object {
    return redact.value({ at: isoTime(clock), who, what, about, detail, ...more });
  }

  /** Looks through the file at first, and again when somebody else has changed its length. */
  async function ready(): Promise<void> {
    const found = await stat(path).then(
      (stats) => stats.size,
      () => 0,
    );
    if (!isOpened || (!isTorn && found !== size)) {
      isOpened = false;
      await mend();
      isOpened = true;
    }
  }

  async function flush(): Promise<void> {
    try {
      await writeKept();
    } catch (error) {
      onBlocked?.(error);
      throw error;
    }
    onBlocked?.(null);
  }

  /** Writes everything that is kept, the oldest first. */
  async function writeKept(): Promise<void> {
    lease.check();
    await ready();
    if (kept.length > 0) {
      const file = await open(path, "a", 0o600);
      try {
        if (lost > 0) {
          const detail = `${lost} entries before this one were lost: the disk took none for too long`;
          await write(file, fieldsOf({ who: bot, what: "lost", about: auditName, detail }));
          lost = 0;
        }
        for (let [first] = kept; first !== undefined; [first] = kept) {
          await write(file, first);
          kept.shift();
        }
      } finally {
        await file.close();
      }
    }
    if (!isHeadWritten) {
      await writeFileAtomic(join(directory, headName), `${JSON.stringify(head)}\n`, { mode: 0o600 });
      isHeadWritten = true;
    }
  }

  async function write(file: FileHandle, fields: object): Promise<void> {
    if (isTorn) {
      // A write that failed in the middle may have left its first bytes behind.
      await file.truncate(size);
    }
    const next = chainedLine(fields, head);
    isTorn = true;
    await file.appendFile(`${next.line}\n`);
    await file.datasync();
    isTorn = false;
    head = next.head;
    size += Buffer.byteLength(next.line) + 1;
    isHeadWritten = false;
  }

  function keep(fields: object): void {
    kept.push(fields);
    if (kept.length > maxKept) {
      kept.shift();
      lost += 1;
    }
  }

  async function retry(): Promise<void> {
    isRetrying = true;
    try {
      while (kept.length > 0 || !isHeadWritten) {
        await clock.sleep(retryPause, life.signal);
        await inTurn(flush).catch(() => {});
      }
    } catch {
      // The bot is stopped, and has tried once more.
    } finally {
      isRetrying = false;
    }
  }

  return {
    append(entry) {
      const fields = fieldsOf(entry);
      return inTurn(async () => {
        keep(fields);
        try {
          await flush();
        } catch (error) {
          if (!isRetrying) {
            void retry();
          }
          throw new Error(
            `writing ${path}: the entry is kept, and is written when the disk takes it. Is the disk full, or read-only?`,
            { cause: error },
          );
        }
      });
    },
    open: () =>
      inTurn(async () => {
        await flush();
        return head;
      }),
    async close() {
      life.abort();
      await inTurn(flush).catch(() => onTrouble(`the audit: ${kept.length} entries could not be written`));
    },
  };
}
