import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../config/clock.ts";
import { logOf, partsOf, removeParts } from "./log-parts.ts";

/** How long logs are kept, and how much of them. */
export interface Retention {
  /** Milliseconds. */
  readonly age: number;
  /** Bytes, of all logs together. */
  readonly size: number;
}

export interface KeptLog {
  /** Relative to the data directory. */
  readonly path: string;
  readonly size: number;
  readonly modifiedAt: number;
}

export interface RemovedLog extends KeptLog {
  readonly why: "age" | "size";
}

/** Longer than any build: what was written since may be written to still. Milliseconds. */
const restsAfter = 6 * 60 * 60 * 1000;

/** The oldest first, until age and size are kept. Logs of open deployments, and fresh ones, always stay. */
export function logsToRemove(
  logs: readonly KeptLog[],
  open: ReadonlySet<string>,
  { age, size }: Retention,
  now: number,
): RemovedLog[] {
  let total = logs.reduce((sum, log) => sum + log.size, 0);
  return logs
    .filter(({ path, modifiedAt }) => !open.has(path) && now - modifiedAt > restsAfter)
    .sort((a, b) => a.modifiedAt - b.modifiedAt)
    .flatMap((log) => {
      const why = now - log.modifiedAt > age ? "age" : total > size ? "size" : null;
      if (why === null) {
        return [];
      }
      total -= log.size;
      return [{ ...log, why }];
    });
}

/** Removes what is beyond the retention; `.info` files and the audit stay. */
export async function sweepLogs(
  directory: string,
  open: ReadonlySet<string>,
  retention: Retention,
  now: number,
): Promise<RemovedLog[]> {
  const removed = logsToRemove(await listLogs(directory), open, retention, now);
  for (const { path } of removed) {
    await removeParts(join(directory, path));
  }
  return removed;
}

async function listLogs(directory: string): Promise<KeptLog[]> {
  const found: KeptLog[] = [];
  for (const folder of ["logs/deploy", "logs/build"]) {
    const names = await readdir(join(directory, folder)).catch(() => []);
    // A folder of parts whose log is gone already goes, too.
    for (const name of new Set(names.flatMap((one) => logOf(one) ?? []))) {
      const path = `${folder}/${name}`;
      const parts = await partsOf(join(directory, path));
      const size = parts.reduce((sum, part) => sum + part.size, 0);
      found.push({ path, size, modifiedAt: Math.max(0, ...parts.map((part) => part.modifiedAt)) });
    }
  }
  return found;
}

/** Milliseconds. */
const every = 24 * 60 * 60 * 1000;

/** Sweeps now and once a day, until the signal; what was removed is said. */
export async function keepSweeping(parts: {
  readonly directory: string;
  readonly retention: Retention;
  readonly openLogs: () => Promise<readonly string[]>;
  readonly clock: Clock;
  readonly log: {
    info(details: object, message: string): void;
    warn(details: object, message: string): void;
  };
  readonly signal: AbortSignal;
}): Promise<void> {
  const { directory, retention, clock, log, signal } = parts;
  while (!signal.aborted) {
    try {
      const open = new Set(await parts.openLogs());
      const removed = await sweepLogs(directory, open, retention, clock.now());
      if (removed.length > 0) {
        log.info({ removed: removed.map(({ path, why }) => `${path} (${why})`) }, "old logs were removed");
      }
    } catch (error) {
      log.warn({ err: error }, "removing old logs: it is tried again tomorrow");
    }
    await clock.sleep(every, signal).catch(() => {});
  }
}
