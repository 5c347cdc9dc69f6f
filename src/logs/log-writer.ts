import { join } from "node:path";
import type { Clock } from "../config/clock.ts";
import type { LogFile } from "./log-files.ts";
import { logEnd, removeParts } from "./log-parts.ts";
import type { Redactor } from "./redact.ts";
import { TextQueue } from "./text-queue.ts";

/** The most that waits for the disk, in bytes a file; what comes then is counted and left out. */
export const maxWaiting = 2 * 1024 * 1024;
/** So much waits before the work is asked to wait, too. */
const muchWaiting = 128 * 1024;
/** Milliseconds until a disk that refused a write is tried again. */
const retryPause = 1_000;

/**
 * Appends lines to a log, which stays within `bound` (bytes). Never waits and never throws: a disk that is full or slow, or a
 * build that prints too much, must not end a deployment.
 */
export function logWriter(
  directory: string,
  path: string,
  clock: Clock,
  redact: Redactor,
  bound: () => number,
): LogFile {
  const end = logEnd(join(directory, path), bound);
  let mask = redact.stream();
  const waiting = new TextQueue();
  let inFlight = 0;
  let leftOut = 0;
  let retryAt = 0;
  let writing: Promise<void> | null = null;
  let stamped = { at: -1, text: "" };

  function stamp(): string {
    const at = clock.now();
    if (stamped.at !== at) {
      stamped = { at, text: new Date(at).toISOString() };
    }
    return stamped.text;
  }

  /** What stands where lines are missing. */
  function gap(count: number): Buffer {
    const lines = count === 1 ? "a line is" : `${count} lines are`;
    return Buffer.from(`${stamp()} … ${lines} left out: the disk was full, or slower than the work\n`);
  }

  async function write(): Promise<void> {
    while (waiting.length > 0 || leftOut > 0) {
      const missing = leftOut;
      const lines = waiting.take();
      inFlight = lines.length;
      const rest = await end.append(lines);
      inFlight = 0;
      waiting.putBack(rest);
      const isGapTold = rest.length === 0 && missing > 0 && (await end.append(gap(missing))).length === 0;
      leftOut -= isGapTold ? missing : 0;
      if (rest.length > 0 || (missing > 0 && !isGapTold)) {
        retryAt = clock.now() + retryPause;
        return;
      }
    }
  }

  function start(): Promise<void> {
    writing ??= write().finally(() => {
      writing = null;
      if (waiting.length > 0 && clock.now() >= retryAt) {
        void start();
      }
    });
    return writing;
  }

  async function close(): Promise<void> {
    // What came while the last lines were written is written, too.
    while (writing !== null) {
      await writing;
    }
    await start();
    mask = redact.stream();
  }

  return {
    path,
    line(text) {
      const line = `${stamp()} ${mask(text)}\n`;
      // Behind a gap nothing may come before the gap is told.
      if (leftOut > 0 || inFlight + waiting.length + line.length > maxWaiting) {
        leftOut += 1;
      } else {
        waiting.push(line);
      }
      if (writing === null && clock.now() >= retryAt) {
        void start();
      }
    },
    // Nobody waits for a disk that refuses: a deployment that is under way goes on without its log.
    whenReady: () => (inFlight + waiting.length > muchWaiting ? writing : null),
    close,
    async remove() {
      await close();
      await removeParts(join(directory, path));
    },
  };
}
