import { deadlines } from "../config/deadlines.ts";
import { trustedRefs } from "../fleet/host.ts";
import { fullRef, gitRefs, gitResolve } from "../nix/commands.ts";
import { hintFor } from "../nix/hints.ts";
import { mustRun } from "../remote/shell.ts";
import { type AncestryOf, readAncestry } from "./ancestry.ts";
import { seeBuilder } from "./inventory.ts";
import type { Looked } from "./look.ts";
import type { EngineParts } from "./parts.ts";
import type { HostsTrouble } from "./requests.ts";

/** The revision of the fleet's ref as last fetched, or why the builder cannot say. */
export async function headRevision(
  parts: EngineParts,
): Promise<{ readonly revision: string | null; readonly trouble: HostsTrouble | null }> {
  const { defaults } = parts.fleet();
  try {
    const exit = await mustRun(parts.shells.builder, `looking for ${defaults.ref}`, {
      argv: gitResolve(
        parts.settings.flake,
        fullRef(defaults.ref, trustedRefs(parts.fleet()).includes(defaults.ref)),
      ),
      timeout: deadlines.builderCommand,
    });
    return { revision: exit.stdout.trim(), trouble: null };
  } catch (error) {
    parts.log.warn({ err: error }, "reading the fleet's ref");
    const why = error instanceof Error ? error.message : String(error);
    return {
      revision: null,
      trouble: {
        message: parts.redact.text(`What differs from ${defaults.ref} is not known: ${why}.`),
        help: hintFor([why]) ?? seeBuilder,
      },
    };
  }
}

/** What may stand behind --ref: the fleet's own ref first, then branches and tags, the newest first. */
export async function listRefs(parts: EngineParts): Promise<readonly string[]> {
  const fleet = parts.fleet();
  const first = [fleet.defaults.ref, ...trustedRefs(fleet)];
  try {
    const exit = await parts.shells.builder.run({
      argv: gitRefs(parts.settings.flake),
      timeout: deadlines.hostLook,
    });
    const found = exit.stdout.split("\n").filter((name) => name !== "" && !name.endsWith("/HEAD"));
    return exit.exitCode === 0 ? [...new Set([...first, ...found])] : [];
  } catch (error) {
    parts.log.warn({ err: error }, "reading the fleet's branches");
    return [];
  }
}

/** How the fleet's ref stands to what each host runs; without an answer of the builder nothing is said. */
export async function ancestryOfHosts(
  parts: EngineParts,
  looked: readonly Looked[],
  revision: string | null,
): Promise<ReadonlyMap<string, AncestryOf>> {
  const found = new Map<string, AncestryOf>();
  const running = looked.flatMap((one) => (one.kind === "seen" ? [one.look.revision] : []));
  const request = {
    builder: parts.shells.builder,
    repository: parts.settings.flake,
    trustedRefs: trustedRefs(parts.fleet()),
  };
  for (const from of new Set(running)) {
    try {
      if (revision !== null && from !== "") {
        found.set(from, await readAncestry(request, from, revision));
      }
    } catch (error) {
      parts.log.warn({ err: error, from }, "comparing what runs with the fleet's ref");
      break;
    }
  }
  return found;
}
