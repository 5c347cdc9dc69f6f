import { createReadStream } from "node:fs";
import { access, mkdir, open, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import writeFileAtomic from "write-file-atomic";
import type { Clock } from "../config/clock.ts";
import type { Deployment, Mode } from "../deploy/deployment.ts";
import { bootsText, runningText, systemsOf } from "../nix/systems.ts";
import { logWriter } from "./log-writer.ts";
import type { Redactor } from "./redact.ts";

/** A log that is written while the work runs, a line at a time. */
export interface LogFile {
  /** Relative to the data directory. */
  readonly path: string;
  line(text: string): void;
  /** While much waits for the disk: resolves when it is written. Whoever has more had better wait for it. */
  whenReady(): Promise<void> | null;
  close(): Promise<void>;
  /** For a log of something that was refused after all. */
  remove(): Promise<void>;
}

export interface LogFiles {
  /** Makes a new file under the design's names: `logs/deploy/deploy-<host>-<YYYYMMDD-HHMMSS>.log`. */
  create(kind: LogKind, host: string | null): Promise<LogFile>;
  /** Goes on with a file after a restart of the bot. */
  reopen(path: string): Promise<LogFile>;
  /** Writes the deployment's `.info` beside its log. */
  writeInfo(deployment: Deployment): Promise<void>;
  /** False for a log that retention removed. */
  has(path: string): Promise<boolean>;
  /** Every line, whatever the size of the file. */
  lines(path: string): AsyncIterable<string>;
  /** The last bytes, cut at a line. */
  tail(path: string, bytes: number): Promise<string>;
  /** The bytes so far; `isOver` tells, while following, whether more may come. */
  read(path: string, follow: { isOver(): boolean; signal: AbortSignal } | null): AsyncIterable<Uint8Array>;
}

/** What stands in the place of a log that is not there any more. */
export const logRemoved =
  "This log was removed by retention (SWITCHYARD_KEEP_LOGS, SWITCHYARD_LOGS_SIZE); the record, .info and the audit are kept.";

export type LogKind =
  | "deploy"
  | "dry-run"
  | "build"
  | "build-all"
  | "diff"
  | "gc"
  | "prune"
  | "reboot"
  | "adopt";

export function logKind(mode: Mode): LogKind {
  switch (mode) {
    case "deploy":
    case "boot":
    case "rollback":
      return "deploy";
    case "dry-run":
    case "diff":
    case "gc":
    case "prune":
    case "reboot":
    case "adopt":
      return mode;
    case "build-only":
      return "build";
  }
}

/** Times in names are UTC. */
export function logName(kind: LogKind, host: string | null, now: Date): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  const folder = kind === "build" || kind === "build-all" ? "build" : "deploy";
  return `logs/${folder}/${[kind, host, stamp].filter((part) => part !== null).join("-")}.log`;
}

const maxSuffix = 1000;
const followPause = 300;

export function logFiles(directory: string, clock: Clock, redact: Redactor): LogFiles {
  const writer = (path: string) => logWriter(directory, path, clock, redact);

  async function createExclusively(path: string): Promise<string> {
    // One by one: of a read-only disk mkdir says ENOENT when it makes several at once.
    for (const folder of [dirname(dirname(path)), dirname(path)]) {
      await mkdir(join(directory, folder), { mode: 0o700 }).catch((error: unknown) => {
        if (!isThere(error)) {
          throw new Error(`making the folder ${folder}`, { cause: error });
        }
      });
    }
    for (let suffix = 1; suffix < maxSuffix; suffix++) {
      const name = suffix === 1 ? path : path.replace(/\.log$/, `-${suffix}.log`);
      try {
        await (await open(join(directory, name), "wx", 0o600)).close();
        return name;
      } catch (error) {
        if (!isThere(error)) {
          throw new Error(
            `creating the log ${name}: is the data directory writable, and the disk not full?`,
            { cause: error },
          );
        }
      }
    }
    throw new Error(`creating the log ${path}: ${maxSuffix} files have this name already`);
  }

  function has(path: string): Promise<boolean> {
    return access(join(directory, path)).then(
      () => true,
      () => false,
    );
  }

  async function* lines(path: string): AsyncIterable<string> {
    yield* createInterface({ input: createReadStream(join(directory, path)), crlfDelay: Infinity });
  }

  async function* read(
    path: string,
    follow: { isOver(): boolean; signal: AbortSignal } | null,
  ): AsyncIterable<Uint8Array> {
    if (!(await has(path))) {
      yield Buffer.from(`${logRemoved}\n`);
      return;
    }
    let offset = 0;
    for (;;) {
      const wasOver = follow === null || follow.isOver();
      const size = (await stat(join(directory, path))).size;
      if (size > offset) {
        for await (const chunk of createReadStream(join(directory, path), { start: offset, end: size - 1 })) {
          yield chunk as Uint8Array;
        }
        offset = size;
      }
      if (wasOver || follow?.signal.aborted) {
        return;
      }
      await clock.sleep(followPause);
    }
  }

  return {
    create: async (kind, host) => writer(await createExclusively(logName(kind, host, new Date(clock.now())))),
    reopen: async (path) => writer(path),
    async writeInfo(deployment) {
      const path = join(directory, deployment.log.replace(/\.log$/, ".info"));
      await writeFileAtomic(path, `${JSON.stringify(redact.value(info(deployment)), null, 2)}\n`, {
        mode: 0o600,
      });
    },
    has,
    lines,
    read,
    async tail(path, bytes) {
      if (!(await has(path))) {
        return `${logRemoved}\n`;
      }
      const { size } = await stat(join(directory, path));
      const start = Math.max(0, size - bytes);
      const chunks = await createReadStream(join(directory, path), { start }).toArray();
      const text = Buffer.concat(chunks as Buffer[]).toString("utf8");
      return start === 0 ? text : text.slice(text.indexOf("\n") + 1);
    },
  };
}

function isThere(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}

/** What `.info` says of a deployment. */
function info(deployment: Deployment): Record<string, unknown> {
  return {
    id: deployment.id,
    run: deployment.run,
    host: deployment.host,
    mode: deployment.mode,
    who: `${deployment.requestedBy.name} (${deployment.requestedBy.surface})`,
    why: deployment.reason,
    ref: deployment.ref,
    revision: deployment.revision,
    toplevel: deployment.toplevel,
    previous: deployment.previous,
    generation: deployment.generation,
    ...(deployment.before === null
      ? {}
      : { ran: runningText(deployment.before), bootsNext: bootsText(systemsOf(deployment.before)) }),
    ...(deployment.isForward === null ? {} : { goesForward: deployment.isForward }),
    times: { asked: deployment.createdAt, ended: deployment.finishedAt, phases: deployment.times },
    outcome: deployment.outcome,
    message: deployment.message,
    nix: deployment.nixVersion,
  };
}
