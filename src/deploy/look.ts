import pLimit from "p-limit";
import { deadlines } from "../config/deadlines.ts";
import { type HostLook, hostLookArgv, parseHostLook } from "../nix/host-look.ts";
import { mustRun } from "../remote/shell.ts";
import { type EngineParts, hostOf } from "./parts.ts";

export type Looked =
  | { readonly kind: "seen"; readonly host: string; readonly look: HostLook }
  | { readonly kind: "unseen"; readonly host: string; readonly why: string };

/** How many hosts are asked at once. */
const atOnce = 8;

/** Looks at hosts side by side; one that does not answer is said to be so, and stops nobody. */
export async function lookAtHosts(parts: EngineParts, names: readonly string[]): Promise<Looked[]> {
  const limit = pLimit(atOnce);
  return Promise.all(names.map((name) => limit(() => lookAtHost(parts, name))));
}

async function lookAtHost(parts: EngineParts, name: string): Promise<Looked> {
  try {
    const exit = await mustRun(parts.shells.host(hostOf(parts, name).target), `looking at ${name}`, {
      argv: hostLookArgv(),
      timeout: deadlines.hostLook,
    });
    return { kind: "seen", host: name, look: parseHostLook(name, exit.stdout) };
  } catch (error) {
    return { kind: "unseen", host: name, why: error instanceof Error ? error.message : String(error) };
  }
}
