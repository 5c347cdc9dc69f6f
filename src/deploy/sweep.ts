import pLimit from "p-limit";
import { deadlines } from "../config/deadlines.ts";
import { mustRun, type Shell } from "../remote/shell.ts";
import { isOpen } from "./deployment.ts";
import { builderRoots, hostRoots } from "./gc-roots.ts";
import { listLeftoversArgv, ownIds, readLeftovers, removeRootsArgv, whatMayGo } from "./leftovers.ts";
import { type EngineParts, hostOf } from "./parts.ts";
import { endOwned } from "./processes.ts";

/** How many machines are swept at once, and how many past deployments say which hosts were worked on. */
const atOnce = 4;
const past = 200;

/** Takes away what deployments that have ended left on the builder, and on the hosts that were worked on. */
export async function sweepAll(parts: EngineParts): Promise<void> {
  const deployments = await parts.store.deployments({ limit: past });
  const hosts = new Set(deployments.filter(({ mode }) => mode !== "build-only").map(({ host }) => host));
  const limit = pLimit(atOnce);
  await Promise.all([sweepBuilder(parts), ...[...hosts].map((host) => limit(() => sweepHost(parts, host)))]);
}

export function sweepBuilder(parts: EngineParts): Promise<void> {
  return sweep(parts, parts.shells.control, builderRoots);
}

export function sweepHost(parts: EngineParts, name: string): Promise<void> {
  return sweep(parts, parts.shells.host(hostOf(parts, name).target), hostRoots);
}

/** What was left is listed first and judged then: an id is never given out twice, so what has ended stays ended. */
async function sweep(parts: EngineParts, machine: Shell, folder: string): Promise<void> {
  const { log, bot } = parts;
  try {
    const listed = await mustRun(machine, `looking for what was left on ${machine.name}`, {
      argv: listLeftoversArgv(folder),
      timeout: deadlines.hostCommand,
    });
    const found = readLeftovers(listed.stdout);
    const over = new Set<string>();
    for (const id of ownIds(found, bot)) {
      if (await isOver(parts, id)) {
        over.add(id);
      }
    }
    const { roots, owners } = whatMayGo(found, bot, (id) => over.has(id));
    if (roots.length > 0) {
      await mustRun(machine, `taking old gc-roots off ${machine.name}`, {
        argv: removeRootsArgv(
          folder,
          roots.map(({ name }) => name),
        ),
        timeout: deadlines.hostCommand,
      });
    }
    for (const owner of owners) {
      log.info({ machine: machine.name, owner }, "ending what a deployment left running");
      const left = await endOwned(machine, owner);
      if (left !== null) {
        log.warn({ owner }, left);
      }
    }
  } catch (error) {
    // The next deployment to this machine sweeps it again.
    log.warn({ err: error, machine: machine.name }, "sweeping a machine");
  }
}

/** A run is over when all its deployments are; what the store does not know is nobody's any more. */
async function isOver({ store }: EngineParts, id: string): Promise<boolean> {
  const ids = id.startsWith("r-") ? ((await store.run(id))?.deployments ?? []) : [id];
  const found = await Promise.all(ids.map((one) => store.deployment(one)));
  return found.every((deployment) => deployment === undefined || !isOpen(deployment));
}
