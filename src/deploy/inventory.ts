import { trustedRefs } from "../fleet/host.ts";
import type { EngineParts } from "./parts.ts";
import { openSource } from "./source.ts";

/** Reads the hosts from the flake anew; when that does not work, the last ones known. */
export async function refreshInventory(parts: EngineParts): Promise<readonly string[]> {
  const fleet = parts.fleet();
  try {
    const source = await openSource({
      builder: parts.shells.builder,
      repository: parts.settings.flake,
      ref: fleet.defaults.ref,
      trustedRefs: trustedRefs(fleet),
      allowAnyRef: true,
      signal: new AbortController().signal,
      say: (text) => parts.log.debug(text),
    });
    await parts.store.setInventory(source.hosts);
    return source.hosts;
  } catch (error) {
    parts.log.warn({ err: error }, "reading the flake's hosts");
    return parts.store.inventory();
  }
}
