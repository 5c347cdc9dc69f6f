import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { NewerFormatError, refuseNewer } from "../store/json-file.ts";
import { chainChecker, type Findings, type Head } from "./audit-chain.ts";

export const auditName = "audit.jsonl";
export const headName = "audit-head.json";

const headSchema = z.object({ seq: z.int().min(0), hash: z.string().regex(/^[0-9a-f]{64}$/) });

export interface AuditState extends Findings {
  readonly head: Head | null;
  /** The bytes of the whole lines; what comes after them is torn. */
  readonly wholeBytes: number;
  readonly tornBytes: number;
}

/** Reads all of an audit, and says what does not fit. */
export async function readAudit(directory: string): Promise<AuditState> {
  const head = await readHead(join(directory, headName));
  const checker = chainChecker();
  let wholeBytes = 0;
  let rest: Buffer[] = [];
  for await (const chunk of bytesOf(join(directory, auditName))) {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...rest, chunk.subarray(from, at)]);
      rest = [];
      checker.push(line);
      wholeBytes += line.length + 1;
      from = at + 1;
    }
    rest.push(chunk.subarray(from));
  }
  const tornBytes = rest.reduce((sum, { length }) => sum + length, 0);
  return { ...checker.end(head, tornBytes), head, wholeBytes, tornBytes };
}

async function* bytesOf(path: string): AsyncIterable<Buffer> {
  try {
    for await (const chunk of createReadStream(path)) {
      yield chunk as Buffer;
    }
  } catch (error) {
    if (!isAbsent(error)) {
      throw new Error(`reading ${path}: may the bot's user read it?`, { cause: error });
    }
  }
}

async function readHead(path: string): Promise<Head | null> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    refuseNewer(path, value, 1);
    return headSchema.parse(value);
  } catch (error) {
    if (error instanceof NewerFormatError) {
      throw error;
    }
    if (isAbsent(error) || error instanceof SyntaxError || error instanceof z.ZodError) {
      return null;
    }
    throw new Error(`reading ${path}: may the bot's user read it?`, { cause: error });
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
