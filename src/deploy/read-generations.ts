import { deadlines } from "../config/deadlines.ts";
import { type Generation, listGenerations, readGenerations } from "../nix/generations.ts";
import { hintFor } from "../nix/hints.ts";
import { mustRun } from "../remote/shell.ts";
import { type EngineParts, hostOf } from "./parts.ts";
import type { Refusal } from "./requests.ts";

/** The host's own generations; needs no flake and no evaluation. */
export async function readHostGenerations(
  parts: EngineParts,
  name: string,
): Promise<readonly Generation[] | Refusal> {
  try {
    const exit = await mustRun(
      parts.shells.host(hostOf(parts, name).target),
      `reading the generations of ${name}`,
      {
        argv: listGenerations,
        timeout: deadlines.hostCommand,
      },
    );
    return readGenerations(exit.stdout);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: "refused", code: "unavailable", message, help: hintFor([message]) ?? `Is ${name} up?` };
  }
}
