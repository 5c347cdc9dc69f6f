import { constants } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "../config/clock.ts";
import { deploymentSchema } from "../deploy/deployment.ts";
import { runSchema } from "../deploy/run.ts";
import { machineSchema } from "../fleet/machine.ts";
import { asideName, type JsonFile, type Opened, openJsonFile, readChecked } from "./json-file.ts";
import type { Lease } from "./lease.ts";
import { monthShapes, recordFile, stateShapes } from "./record-file.ts";
import type { LineCache } from "./record-lines.ts";
import { soundLocks } from "./sound-locks.ts";
import { type BadRecords, soundRecords } from "./sound-records.ts";
import { threadStateSchema } from "./thread-state.ts";

const stateSchema = (bad: BadRecords, now: Date) =>
  z.object({
    version: z.literal(1),
    deployments: soundRecords("deployments", deploymentSchema, bad),
    runs: soundRecords("runs", runSchema, bad),
    inventory: z.array(z.string()).default([]),
    machines: soundRecords("machines", machineSchema, bad).default({}),
    threads: soundRecords("threads", threadStateSchema, bad).default({}),
    locks: soundLocks(bad, now).default([]),
    /** The months of which the history has a file, such as `2026-11`: one that is gone is told. */
    months: z.array(z.string()).default([]),
  });
const monthSchema = (bad: BadRecords) =>
  z.object({
    version: z.literal(1),
    deployments: soundRecords("deployments", deploymentSchema, bad),
    runs: soundRecords("runs", runSchema, bad),
  });
export type State = z.infer<ReturnType<typeof stateSchema>>;
export type Month = z.infer<ReturnType<typeof monthSchema>>;

export interface Opening {
  readonly directory: string;
  readonly clock: Clock;
  readonly lease: Lease;
  readonly lines: LineCache;
  /** Told what is damaged. */
  readonly notices: string[];
}

/** Not written before its locks are: a crash in between must not open a host. The store writes it when it has begun. */
export async function openState(
  opening: Opening,
): Promise<{ readonly file: JsonFile<State>; readonly mayHaveLostHosts: boolean }> {
  const [bad, now] = start(opening);
  const empty: State = {
    version: 1,
    deployments: {},
    runs: {},
    inventory: [],
    machines: {},
    threads: {},
    locks: [],
    months: [],
  };
  const format = recordFile<State>(stateShapes, opening.lines);
  const path = join(opening.directory, "state.json");
  const opened = await openJsonFile(path, stateSchema(bad, now), empty, now, opening.lease, format);
  await tell(opening, "state.json", opened, bad, now);
  const { file, setAside, missing } = opened;
  // A lock that is there but damaged goes on holding its own host (`soundLocks`).
  const lost = [...Object.keys(missing ?? {}), ...bad.filter((what) => !what.startsWith("locks."))];
  return {
    file,
    mayHaveLostHosts: setAside !== null || missing === null || lost.some((what) => holdsHosts.test(what)),
  };
}

/** A month such as `2026-11`. What is mended, or of the older format, is written at once, and is sound at the next start. */
export async function openMonth(opening: Opening, month: string): Promise<JsonFile<Month>> {
  const [bad, now] = start(opening);
  const name = `history/${month}.json`;
  const empty: Month = { version: 1, deployments: {}, runs: {} };
  const format = recordFile<Month>(monthShapes, opening.lines);
  const path = join(opening.directory, name);
  const opened = await openJsonFile(path, monthSchema(bad), empty, now, opening.lease, format);
  await tell(opening, name, opened, bad, now);
  if (opened.isOutdated || bad.length > 0) {
    await opened.file.write();
  }
  return opened.file;
}

function start({ clock }: Opening): [BadRecords, Date] {
  return [[], new Date(clock.now())];
}

async function tell(
  { directory, notices }: Opening,
  name: string,
  { setAside, missing }: Pick<Opened<object>, "setAside" | "missing">,
  bad: BadRecords,
  now: Date,
): Promise<void> {
  if (setAside !== null) {
    notices.push(wholeLost(name, setAside.why, setAside.path));
  } else if (missing === null || bad.length + Object.keys(missing).length > 0) {
    const path = join(directory, name);
    const copy = asideName(path, now);
    await copyFile(path, copy, constants.COPYFILE_EXCL);
    notices.push(partlyRead(name, missing, bad, copy));
  }
}

/**
 * What a kept file says was lost, in the words of the start that found it: `name` is the file it was, such as
 * `history/2026-11.json`. Null for a file that is sound, or that is no file of records.
 */
export async function damageIn(kept: string, name: string, now: Date): Promise<string | null> {
  const bad: BadRecords = [];
  const lines: LineCache = new WeakMap();
  const read =
    name === "state.json"
      ? await readChecked(kept, stateSchema(bad, now), recordFile<State>(stateShapes, lines))
      : await readChecked(kept, monthSchema(bad), recordFile<Month>(monthShapes, lines));
  switch (read.kind) {
    case "absent":
      return null;
    case "damaged":
      return wholeLost(name, read.why, kept);
    case "sound":
      return read.missing !== null && bad.length + Object.keys(read.missing).length === 0
        ? null
        : partlyRead(name, read.missing, bad, kept);
  }
}

function wholeLost(name: string, why: string, kept: string): string {
  return `${name} was damaged (${why}); it was put aside as ${kept}, and an empty one begun`;
}

/** What is missing there may be a lock, a deployment under way, or which machine a host is. */
const holdsHosts = /^(locks|deployments|machines)/;

function partlyRead(
  name: string,
  missing: Readonly<Record<string, number>> | null,
  bad: BadRecords,
  copy: string,
): string {
  const lost = Object.values(missing ?? {}).reduce((sum, count) => sum + count, bad.length);
  const count = missing === null ? "Some records" : lost === 1 ? "1 record" : `${lost} records`;
  const which = [...Object.entries(missing ?? {}).map(([section, of]) => `${of} of ${section}`), ...bad];
  const why = which.length === 0 ? "nobody can say which" : which.join(", ");
  const file = name.replace(/^history\/(.*)\.json$/, "$1");
  return `${count} of ${file} could not be read (${why}); the damaged file is kept as ${copy}, and all others are used`;
}
