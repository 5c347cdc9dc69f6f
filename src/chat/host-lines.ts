import { type Clock, isoTime } from "../config/clock.ts";
import { type Deployment, isOpen } from "../deploy/deployment.ts";
import { type Lock, lockOn } from "../deploy/locks.ts";
import { hostNamed } from "../fleet/host.ts";
import type { HostLine, HostList } from "./desk.ts";
import type { Seen } from "./host-health.ts";
import type { CommandTools } from "./tools.ts";

interface HostParts extends Pick<CommandTools, "engine" | "store" | "fleet"> {
  readonly clock: Clock;
}

const runsIt: ReadonlySet<string> = new Set(["deployed", "deployed-degraded", "unchanged"]);

/** A line for each host of the fleet: its lock, its open deployment and its last one, and what was seen of it. */
export async function hostLines(
  { engine, store, fleet, clock }: HostParts,
  healthOf: (host: string, changedAt: string | null) => Seen,
): Promise<HostList> {
  const { hosts: names, trouble } = await engine.lastInventory();
  const locks = await engine.locks();
  const hosts = await Promise.all(
    names.map(async (name): Promise<HostLine> => {
      const host = hostNamed(fleet(), name);
      const past = await store.deployments({ host: name, limit: 50 });
      const last = past.find((deployment) => deployment.generation !== null && !isOpen(deployment));
      return {
        name,
        tags: host.tags,
        risk: host.risk,
        active: past.find(isOpen)?.id ?? null,
        lock: lockLine(lockOn(locks, name, isoTime(clock))),
        ...healthOf(name, last?.finishedAt ?? null),
        last: last === undefined ? null : lastLine(last),
      };
    }),
  );
  return { hosts, trouble: trouble && { message: trouble.message, help: trouble.help } };
}

function lastLine(last: Deployment): HostLine["last"] {
  const isRun = runsIt.has(last.outcome ?? "");
  return {
    deployment: last.id,
    outcome: last.outcome ?? "",
    // What was tried and taken back is not what runs.
    revision: isRun ? last.revision : null,
    toplevel: isRun ? last.toplevel : last.previous,
    mode: last.mode,
    // One for the next boot runs nowhere yet.
    generation: last.mode === "boot" ? null : last.generation,
    finishedAt: last.finishedAt,
    requestedBy: last.requestedBy.name,
  };
}

function lockLine(lock: Lock | null): HostLine["lock"] {
  return lock === null
    ? null
    : { by: lock.by.name, reason: lock.reason, since: lock.since, until: lock.until };
}
