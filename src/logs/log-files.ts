import { access, mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { Clock } from "../config/clock.ts";
import type { Deployment, Mode } from "../deploy/deployment.ts";
import { bootsText, runningText, systemsOf } from "../nix/systems.ts";
import {
  type Follow,
  type LogPiece,
  logLines,
  logPiece,
  logTail,
  textPiece,
  wholeLog,
} from "./log-reader.ts";
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
  /** Every line that is kept, whatever the size of the log. */
  lines(path: string): AsyncIterable<string>;
  /** The last bytes, cut at a line. */
  tail(path: string, bytes: number): Promise<string>;
  /** The log so far; a line says what is left out in its middle. */
  read(path: string, follow: Follow | null): AsyncIterable<Uint8Array>;
  /** From a byte on, to the next place where something is left out. */
  piece(path: string, from: number, follow: Follow | null): Promise<LogPiece>;
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

/** `bound` is the most that one log takes on the disk, in bytes, as fleet.yaml has it now. */
export function logFiles(directory: string, clock: Clock, redact: Redactor, bound: () => number): LogFiles {
  const writer = (path: string) => logWriter(directory, path, clock, redact, bound);

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

  async function* read(path: string, follow: Follow | null): AsyncIterable<Uint8Array> {
    if (await has(path)) {
      yield* wholeLog(join(directory, path), 0, follow, clock);
    } else {
      yield Buffer.from(`${logRemoved}\n`);
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
    read,
    lines: (path) => logLines(join(directory, path), clock),
    piece: async (path, from, follow) =>
      (await has(path))
        ? logPiece(join(directory, path), from, follow, clock)
        : textPiece(`${logRemoved}\n`, from),
    tail: async (path, bytes) =>
      (await has(path)) ? logTail(join(directory, path), bytes, clock) : `${logRemoved}\n`,
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
