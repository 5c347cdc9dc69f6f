import pLimit from "p-limit";
import { deadlines } from "../config/deadlines.ts";
import { type HostLook, hostLookArgv, parseHostLook } from "../nix/host-look.ts";
import { mustRun } from "../remote/shell.ts";
import type { HostFacts } from "./host-facts.ts";
import { isChangedByHand } from "./left.ts";
import { judgeMachine } from "./machines.ts";
import { type EngineParts, hostOf } from "./parts.ts";

export type Looked =
  | {
      readonly kind: "seen";
      readonly host: string;
      readonly look: HostLook;
      /** Somebody changed it since its newest deployment, not through the bot. */
      readonly isChangedByHand: boolean;
      /** Why what answers is not the machine that this name stands for; null where it is. */
      readonly stranger: string | null;
    }
  | {
      readonly kind: "unseen";
      readonly host: string;
      readonly why: string;
      /** Where its screen is to be seen. */
      readonly console: string | null;
    };

/** Why what answers is another machine than the one that this name stands for; null where it is that one. */
export async function strangerAt(
  { store }: Pick<EngineParts, "store">,
  name: string,
  { machine }: Pick<HostFacts, "machine">,
): Promise<string | null> {
  const verdict = judgeMachine(name, machine ?? null, await store.machines(), await store.inventory());
  return verdict.kind === "other" ? `${verdict.message}. ${verdict.help}` : null;
}

/** How many hosts are asked at once. */
const atOnce = 8;
/** Builds and refusals in between say nothing of a host, so the newest record alone may not do. */
const mostPast = 30;

/** Looks at hosts side by side; one that does not answer is said to be so, and stops nobody. */
export async function lookAtHosts(parts: EngineParts, names: readonly string[]): Promise<Looked[]> {
  const limit = pLimit(atOnce);
  return Promise.all(names.map((name) => limit(() => lookAtHost(parts, name))));
}

async function lookAtHost(parts: EngineParts, name: string): Promise<Looked> {
  const host = hostOf(parts, name);
  try {
    const exit = await mustRun(parts.shells.host(host.target), `looking at ${name}`, {
      argv: hostLookArgv(),
      timeout: deadlines.hostLook,
    });
    const look = parseHostLook(name, exit.stdout);
    const past = await parts.store.deployments({ host: name, limit: mostPast });
    const stranger = await strangerAt(parts, name, look.facts);
    return { kind: "seen", host: name, look, isChangedByHand: isChangedByHand(look.facts, past), stranger };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: "unseen", host: name, why, console: host.console };
  }
}
