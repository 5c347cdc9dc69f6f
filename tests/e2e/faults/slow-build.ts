import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Fleet } from "../../rehearsal/fleet.ts";
import { here } from "../../rehearsal/places.ts";

let made = 0;

/** A ref whose system nobody has built yet, so that its build takes its time. */
export async function slowBuild(fleet: Fleet): Promise<string> {
  const name = `slow-build-${process.pid}-${++made}`;
  const slow = await readFile(join(here, "faults/slow.nix"), "utf8");
  await fleet.commit(name, "log shipper: once more", {
    "overrides.nix": slow.replaceAll("log-shipper", name),
  });
  return `origin/${name}`;
}
