import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type Machines, machinesSchema } from "../deploy/machines.ts";
import { recordFile, stateShapes } from "./record-file.ts";

const stateSchema = z.object({ machines: machinesSchema.default({}) });

/** The machines that a bot knows, read beside it: nothing is locked or written. Without a state none is known. */
export async function readMachines(directory: string): Promise<Machines> {
  const path = join(directory, "state.json");
  try {
    const text = await readFile(path, "utf8");
    const { value, missing } = recordFile(stateShapes, new WeakMap()).read(text);
    if (missing === null || missing["machines"] !== undefined) {
      throw new Error("some of its records cannot be read");
    }
    return stateSchema.parse(value).machines;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return {};
    }
    throw new Error(`reading the known machines from ${path}: it is damaged, or of another version`, {
      cause: error,
    });
  }
}
