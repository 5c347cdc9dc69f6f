import type { Clock } from "../config/clock.ts";
import type { Engine } from "../deploy/engine.ts";
import { healthWords } from "../views/status.ts";

/** How old a look at the hosts may be before it is taken again, in milliseconds. */
const lookAgainAfter = 60_000;

/** The hosts' health as last seen. Asking never waits: a look that is too old is taken anew in the background. */
export function createHostHealth(
  engine: Pick<Engine, "status">,
  clock: Clock,
  onError: (error: unknown) => void,
) {
  const seen = new Map<string, string>();
  let lookedAt = Number.NEGATIVE_INFINITY;

  async function look(): Promise<void> {
    const status = await engine.status(null);
    if (!("kind" in status)) {
      seen.clear();
      for (const looked of status.hosts) {
        seen.set(looked.host, healthWords(looked));
      }
    }
  }

  return (host: string): string | null => {
    if (clock.now() - lookedAt > lookAgainAfter) {
      lookedAt = clock.now();
      look().catch(onError);
    }
    return seen.get(host) ?? null;
  };
}
