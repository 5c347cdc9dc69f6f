import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { fleetDir, fleetsDir } from "./places.ts";

const State = z.object({
  name: z.string(),
  subnet: z.number(),
  port: z.number(),
  /** The seed the machines were made from: another one means another fleet. */
  seed: z.string(),
  toplevels: z.record(z.string(), z.string()),
});

/** What is recorded of a fleet, before any of its machines is made. */
export type FleetState = z.infer<typeof State>;

const stateFile = (fleet: string): string => join(fleetDir(fleet), "fleet.json");

export async function readState(fleet: string): Promise<FleetState | undefined> {
  const text = await readFile(stateFile(fleet), "utf8").catch(() => undefined);
  return text === undefined ? undefined : State.parse(JSON.parse(text));
}

export const writeState = (state: FleetState): Promise<void> =>
  writeFileAtomic(stateFile(state.name), JSON.stringify(state, null, 2));

/** Also the fleets that a crash left without a record. */
export async function fleetNames(): Promise<readonly string[]> {
  const entries = await readdir(fleetsDir, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && /^[a-z]/.test(entry.name) && !entry.name.endsWith(".lock"))
    .map(({ name }) => name);
}

export async function allStates(): Promise<readonly FleetState[]> {
  const states = await Promise.all((await fleetNames()).map(readState));
  return states.filter((state) => state !== undefined);
}
