import { deadlines } from "../config/deadlines.ts";
import { endOwnedArgv } from "../remote/owner.ts";
import { lastLines, type Shell } from "../remote/shell.ts";
import { usesBuilder } from "./modes.ts";
import type { EngineParts } from "./parts.ts";
import type { Task } from "./tasks.ts";

/**
 * Ends what a deployment runs before its switch, on the builder and on the host, and sees that it is gone. Null when
 * it is; otherwise what was seen instead, a line a machine. A connection that breaks leaves its processes behind, so
 * they are found by the mark that they carry.
 */
export async function endOwnProcesses(parts: EngineParts, task: Task): Promise<readonly string[] | null> {
  const { mode } = task.context.record();
  const { shells } = parts;
  const machines = [
    ...(!usesBuilder(mode) ? [] : [shells.control]),
    ...(mode === "build-only" ? [] : [shells.host(task.host.target)]),
  ];
  const until = parts.clock.now() + deadlines.endProcesses;
  const left = await Promise.all(machines.map((machine) => endOn(parts, machine, task.context.owner, until)));
  const lines = left.filter((line) => line !== null);
  return lines.length === 0 ? null : lines;
}

/** Tries again while there is time: the connection may just have been lost. */
async function endOn(
  parts: EngineParts,
  machine: Shell,
  owner: string,
  until: number,
): Promise<string | null> {
  for (;;) {
    try {
      return await endOwned(machine, owner);
    } catch (error) {
      if (parts.clock.now() >= until) {
        return `${machine.name}: ${error instanceof Error ? error.message : String(error)}`;
      }
    }
    await parts.clock.sleep(endPause);
  }
}

/** Milliseconds between two tries. */
const endPause = 2_000;

/** Null when nothing of an owner runs on a machine any more; otherwise what does. */
export async function endOwned(machine: Shell, owner: string): Promise<string | null> {
  const exit = await machine.run({ argv: endOwnedArgv(owner), timeout: deadlines.hostCommand });
  return exit.exitCode === 0
    ? null
    : `${machine.name} still runs ${lastLines(exit.stdout || exit.stderr, 5).join("; ") || "something of it"}`;
}
