import type { Clock } from "../config/clock.ts";
import type { Engine } from "../deploy/engine.ts";
import type { Looked } from "../deploy/look.ts";
import { disagreement, systemsOf } from "../nix/systems.ts";
import { healthWords } from "../views/status.ts";
import type { HostLine } from "./desk.ts";

/** How old a look at the hosts may be before it is taken again, in milliseconds; sooner where one did not answer. */
const lookAgainAfter = 60_000;
const soonAfter = 10_000;
/** What was seen longer ago is not told: nobody has asked in between. */
const toldFor = 2 * lookAgainAfter;

export type Seen = Pick<HostLine, "health" | "runs">;
const notSeen: Seen = { health: null, runs: null };

/** The hosts as last seen. Asking never waits: a look that is too old is taken anew in the background. */
export function createHostHealth(
  engine: Pick<Engine, "status">,
  clock: Clock,
  onError: (error: unknown) => void,
  /** fleet.yaml as it is now, by identity: where it changed, the hosts are looked at again. */
  fleet: () => unknown,
) {
  let lookedBy: unknown = null;
  let isOneAway = false;
  const seen = new Map<string, Seen>();
  let lookedAt = Number.NEGATIVE_INFINITY;
  let seenAt = Number.NEGATIVE_INFINITY;

  async function look(): Promise<void> {
    const status = await engine.status(null);
    if (!("kind" in status)) {
      seen.clear();
      seenAt = clock.now();
      isOneAway = status.hosts.some(({ kind }) => kind === "unseen");
      for (const looked of status.hosts) {
        seen.set(looked.host, { health: healthWords(looked), runs: runsOf(looked) });
      }
    }
  }

  /** `changedAt` is when a deployment of the host last ended: what was seen before says nothing any more. */
  return (host: string, changedAt: string | null): Seen => {
    const isStale = changedAt !== null && Date.parse(changedAt) >= lookedAt;
    const age = clock.now() - lookedAt;
    if (isStale || age > (isOneAway ? soonAfter : lookAgainAfter) || fleet() !== lookedBy) {
      lookedAt = clock.now();
      lookedBy = fleet();
      look().catch(onError);
    }
    const found = clock.now() - seenAt > toldFor ? notSeen : (seen.get(host) ?? notSeen);
    return isStale ? { ...found, runs: null } : found;
  };
}

function runsOf(looked: Looked): Seen["runs"] {
  if (looked.kind === "unseen") {
    return null;
  }
  const { facts, revision } = looked.look;
  const { running } = systemsOf(facts);
  return {
    generation: running.generations[0] ?? null,
    revision: revision || null,
    differs: disagreement(facts),
  };
}
