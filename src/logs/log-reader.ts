import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { Clock } from "../config/clock.ts";
import { leftOutLine, lostEndLine } from "./left-out.ts";
import { endOf, isMissing, type LogPart, partsOf } from "./log-parts.ts";

const followPause = 300;
const lineFeed = 10;

export interface Follow {
  /** Whether no more will come. */
  isOver(): boolean;
  readonly signal: AbortSignal;
}

/** One piece of a log, for a reader that goes on where it was: it ends where bytes are left out. */
export interface LogPiece {
  /** Where the first byte of the log stands in all that was ever written to it. */
  readonly from: number;
  /** So many bytes before that one are no part of the log: they say what is left out. */
  readonly words: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Bytes of the log, or how many are missing between what came and what comes. */
type Step = Uint8Array | number;

/** From a byte on: what is kept, in its order and once. Without `follow` what is there now; with it until that is over. */
async function* steps(path: string, from: number, follow: Follow | null, clock: Clock): AsyncGenerator<Step> {
  let at = from;
  let until = Number.POSITIVE_INFINITY;
  for (;;) {
    const isLast = follow === null || follow.isOver();
    const parts = await partsOf(path);
    if (isLast) {
      // What is written while it is read would keep this reader for ever.
      until = Math.min(until, endOf(parts));
    }
    for (const part of parts) {
      if (part.start + part.size <= at || at >= until) {
        continue;
      }
      const file = await openPart(part);
      if (file === null) {
        // It was dropped meanwhile: what is there now is looked at again.
        break;
      }
      try {
        if (part.start > at) {
          yield part.start - at;
          at = part.start;
        }
        // A part that was begun and not written, as a power loss leaves one, has nothing to read.
        const range = { start: at - part.start, end: part.size - 1, autoClose: false };
        if (range.end < range.start) {
          continue;
        }
        for await (const chunk of file.createReadStream(range)) {
          const bytes = chunk as Uint8Array;
          at += bytes.length;
          yield bytes;
        }
      } finally {
        await file.close();
      }
    }
    if (at >= until || follow?.signal.aborted === true) {
      return;
    }
    if (at >= endOf(parts)) {
      await clock.sleep(followPause);
    }
  }
}

function openPart({ file }: LogPart) {
  return open(file).catch((error: unknown) => {
    if (isMissing(error)) {
      return null;
    }
    throw error;
  });
}

/** The log as a text: a line says what is left out. */
export async function* wholeLog(
  path: string,
  from: number,
  follow: Follow | null,
  clock: Clock,
): AsyncGenerator<Uint8Array> {
  let last: number | undefined = lineFeed;
  for await (const step of steps(path, from, follow, clock)) {
    if (typeof step === "number") {
      yield Buffer.from(`${last === lineFeed ? "" : "\n"}${leftOutLine(step)}\n`);
    } else {
      last = step.at(-1);
      yield step;
    }
  }
}

export async function logPiece(
  path: string,
  asked: number,
  follow: Follow | null,
  clock: Clock,
): Promise<LogPiece> {
  const parts = await partsOf(path);
  const end = endOf(parts);
  const next = parts.find((part) => part.start + part.size > asked);
  const from = Math.max(Math.min(asked, end), next?.start ?? 0);
  const said = from > asked ? leftOutLine(from - asked) : from < asked ? lostEndLine(asked - from) : null;
  const words = Buffer.from(said === null ? "" : `${said}\n`);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    if (words.length > 0) {
      yield words;
    }
    for await (const step of steps(path, from, follow, clock)) {
      if (typeof step === "number") {
        return;
      }
      yield step;
    }
  }
  return { from, words: words.length, chunks: chunks() };
}

/** A text in the place of a log, for a reader that may have some of it. */
export function textPiece(text: string, asked: number): LogPiece {
  const bytes = Buffer.from(text);
  const from = Math.min(asked, bytes.length);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield bytes.subarray(from);
  }
  return { from, words: 0, chunks: chunks() };
}

export async function* logLines(path: string, clock: Clock): AsyncGenerator<string> {
  yield* createInterface({
    input: Readable.from(wholeLog(path, 0, null, clock)),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
}

/** The last bytes that are kept, cut at a line. */
export async function logTail(path: string, bytes: number, clock: Clock): Promise<string> {
  const parts = await partsOf(path);
  let skip = parts.reduce((sum, { size }) => sum + size, 0) - bytes;
  const isWhole = skip <= 0;
  let from = 0;
  for (const { start, size } of parts) {
    if (skip < 0) {
      break;
    }
    from = start + Math.min(skip, size);
    skip -= size;
  }
  const chunks: Uint8Array[] = await Readable.from(wholeLog(path, from, null, clock)).toArray();
  const text = Buffer.concat(chunks).toString("utf8");
  return isWhole ? text : text.slice(text.indexOf("\n") + 1);
}
