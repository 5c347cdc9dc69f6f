import { join } from "node:path";
import { z } from "zod";
import { bounds } from "../config/bounds.ts";
import type { Clock } from "../config/clock.ts";
import { type JsonFile, openJsonFile } from "./json-file.ts";
import type { Lease } from "./lease.ts";

/** What came of a request with a key. `reply` is undefined for one that a stopped bot had begun, and for a long answer. */
export interface KeptRequest {
  readonly key: string;
  readonly isDone: boolean;
  readonly reply?: unknown;
}

/**
 * Requests that carried a key and began no run: a run has its key itself. They are kept over a restart, so that a repeated
 * `/unlock` does not take off the next lock. No method rejects: a full disk must not stop a roll back.
 */
export interface RequestKeys {
  /** The request whose key begins so. */
  find(start: string): KeptRequest | null;
  begin(key: string): Promise<void>;
  done(key: string, reply: unknown): Promise<void>;
  /** It may be asked again. */
  forget(key: string): Promise<void>;
}

/** For tests, and where nothing is to be kept. */
export const noRequestKeys: RequestKeys = {
  find: () => null,
  begin: async () => {},
  done: async () => {},
  forget: async () => {},
};

const entrySchema = z.object({
  key: z.string(),
  at: z.number(),
  isDone: z.boolean(),
  reply: z.unknown().optional(),
});
const fileSchema = z.object({ version: z.literal(1), requests: z.array(entrySchema) });
type RequestsData = z.infer<typeof fileSchema>;
type Entry = RequestsData["requests"][number];

export async function openRequestKeys(
  directory: string,
  clock: Clock,
  lease: Lease,
  onTrouble: (error: unknown) => void,
): Promise<RequestKeys> {
  const { file } = await openJsonFile(
    join(directory, "requests.json"),
    fileSchema,
    { version: 1, requests: [] },
    new Date(clock.now()),
    lease,
  );
  return keepRequestKeys(file, clock, onTrouble);
}

export function keepRequestKeys(
  file: Pick<JsonFile<RequestsData>, "data" | "write">,
  clock: Clock,
  onTrouble: (error: unknown) => void,
): RequestKeys {
  let writing: Promise<void> = Promise.resolve();
  const change = (by: (requests: readonly Entry[]) => readonly Entry[]): Promise<void> => {
    const young = file.data.requests.filter(({ at }) => clock.now() - at < bounds.requestKeys.lasts);
    file.data.requests = by(young).slice(-bounds.requestKeys.kept);
    writing = writing.then(() => file.write()).catch(onTrouble);
    return writing;
  };
  const others = (requests: readonly Entry[], key: string) => requests.filter((one) => one.key !== key);

  return {
    find: (start) => file.data.requests.find(({ key }) => key.startsWith(start)) ?? null,
    begin: (key) => change((requests) => [...others(requests, key), { key, at: clock.now(), isDone: false }]),
    done: (key, reply) => {
      const isShort = JSON.stringify(reply).length <= bounds.requestKeys.longest;
      const entry = { key, at: clock.now(), isDone: true, ...(isShort ? { reply } : {}) };
      return change((requests) => [...others(requests, key), entry]);
    },
    forget: (key) => change((requests) => others(requests, key)),
  };
}
