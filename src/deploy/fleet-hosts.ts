import type { AskHosts } from "../config/fleet-hosts.ts";
import type { Engine } from "./engine.ts";

/** What fleet.yaml is compared with: the hosts as last read, and where one is missing there, as they are now. */
export function hostsForFleet(engine: Pick<Engine, "hosts" | "hostsOf">): AskHosts {
  return async (ref, names) => {
    const known = await engine.hosts();
    if (names.every((name) => known.includes(name))) {
      return known;
    }
    const found = await engine.hostsOf(ref);
    return found.kind === "hosts" ? found.hosts : null;
  };
}
