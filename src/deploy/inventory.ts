import { deadlines } from "../config/deadlines.ts";
import { trustedRefs } from "../fleet/host.ts";
import { hostNamePattern } from "../nix/flake.ts";
import { hintFor } from "../nix/hints.ts";
import { CommandError, lastLines } from "../remote/shell.ts";
import { didYouMean } from "../words/did-you-mean.ts";
import { PhaseError } from "./context.ts";
import type { EngineParts } from "./parts.ts";
import type { Refusal } from "./requests.ts";
import { hostsAt, openSource } from "./source.ts";

/** The flake's hosts as far as they are known, and why they could not be read the last time. */
export interface Inventory {
  readonly hosts: readonly string[];
  readonly trouble: Refusal | null;
}

/** What the last reading of the flake's hosts came to. In memory only: a bot that was restarted reads them again. */
export interface LastReading {
  trouble: Refusal | null;
  /** As last read, also where the disk did not keep them. */
  hosts: readonly string[] | null;
  /** When it ended, in milliseconds; null where there was none yet. */
  at: number | null;
  running: Promise<Inventory> | null;
}

export function noReading(): LastReading {
  return { trouble: null, hosts: null, at: null, running: null };
}

/** Reads the hosts from the flake anew; when that does not work, the last ones known. */
export async function refreshInventory(parts: EngineParts): Promise<Inventory> {
  const { reading } = parts;
  const fleet = parts.fleet();
  try {
    const source = await openSource({
      builder: parts.shells.builder,
      repository: parts.settings.flake,
      ref: fleet.defaults.ref,
      trustedRefs: trustedRefs(fleet),
      unlockedInputs: fleet.defaults.unlockedInputs,
      signal: new AbortController().signal,
      say: (text) => parts.log.debug(text),
    });
    await keepInventory(parts, source.hosts);
    return { hosts: source.hosts, trouble: null };
  } catch (error) {
    const trouble = unreadable(parts, fleet.defaults.ref, error);
    reading.trouble = trouble;
    const hosts = await knownHosts(parts);
    if (hosts.length === 0) {
      parts.troubles.report(
        "inventory",
        trouble.message.replace(/\s*\n\s*/g, " · "),
        trouble.help ?? undefined,
      );
    }
    return { hosts, trouble };
  } finally {
    reading.at = parts.clock.now();
  }
}

export const seeBuilder =
  "Is the builder up, and SWITCHYARD_BUILDER its address? `npm run doctor` looks at everything on the way.";

/** Of the machine's own last words, in lines. */
const lastWords = 6;

/** Why the hosts of a ref cannot be listed, in the machine's own last words, and what to do. */
function unreadable(parts: EngineParts, ref: string, error: unknown): Refusal {
  parts.log.warn({ err: error, ref }, "reading the hosts of a ref");
  const why = error instanceof Error ? error.message : String(error);
  const isPhase = error instanceof PhaseError;
  const said = isPhase
    ? error.lines
    : error instanceof CommandError
      ? lastLines(error.exit.stderr || error.exit.stdout, lastWords)
      : [];
  const lines = said.map((line) => line.trim()).slice(-lastWords);
  return {
    kind: "refused",
    code: "unavailable",
    message: parts.redact.text([`The hosts of ${ref} cannot be read: ${why}.`, ...lines].join("\n")),
    help: (isPhase ? error.help : null) ?? hintFor([why, ...lines]) ?? seeBuilder,
  };
}

/** What is kept is for when the builder is away: a disk that takes it not is no reason to stop. */
export async function keepInventory(
  { store, log, reading, troubles }: Pick<EngineParts, "store" | "log" | "reading" | "troubles">,
  hosts: readonly string[],
): Promise<void> {
  Object.assign(reading, { trouble: null, hosts });
  troubles.clear("inventory");
  await store.setInventory(hosts).catch((error: unknown) => log.error({ err: error }, "keeping the hosts"));
}

export type HostsOfRef = { readonly kind: "hosts"; readonly hosts: readonly string[] } | Refusal;

/** The hosts that a ref has, read now: it may have some that the fleet's own ref lacks, and lack some. */
export async function hostsOfRef(parts: EngineParts, ref: string): Promise<HostsOfRef> {
  const fleet = parts.fleet();
  try {
    const hosts = await hostsAt({
      builder: parts.shells.builder,
      repository: parts.settings.flake,
      ref,
      trustedRefs: trustedRefs(fleet),
      unlockedInputs: fleet.defaults.unlockedInputs,
      signal: new AbortController().signal,
      say: (text) => parts.log.debug(text),
    });
    return { kind: "hosts", hosts };
  } catch (error) {
    return unreadable(parts, ref, error);
  }
}

/** Null where all are hosts of the ref that is to be built; without a ref, of the fleet's own. */
export async function refuseHostsNotIn(
  parts: EngineParts,
  names: readonly string[],
  ref: string | null,
): Promise<Refusal | null> {
  if (
    ref === null ||
    ref === parts.fleet().defaults.ref ||
    !names.every((name) => hostNamePattern.test(name))
  ) {
    return refuseUnknownHosts(parts, names);
  }
  const [only] = names;
  // What the fleet has is looked at in check, at the pinned revision, which says where the ref lacks it.
  if (names.length === 1 && only !== undefined && (await refuseUnknownHost(parts, only)) === null) {
    return null;
  }
  const found = await hostsOfRef(parts, ref);
  if (found.kind === "refused") {
    return found;
  }
  const missing = names.find((name) => !found.hosts.includes(name));
  return missing === undefined
    ? null
    : {
        kind: "refused",
        code: "unknown-host",
        message: `There is no host ${JSON.stringify(missing)} at ${ref}.`,
        help: `Hosts there: ${found.hosts.join(", ") || "none"}`,
      };
}

/** Null for a host of the flake; a name that is not known makes the bot look at the flake again. */
export async function refuseUnknownHost(parts: EngineParts, name: string): Promise<Refusal | null> {
  const wellFormed = hostNamePattern.test(name);
  const known = await parts.store.inventory();
  if (wellFormed && known.includes(name)) {
    return null;
  }
  const { hosts, trouble } = wellFormed ? await refreshInventory(parts) : { hosts: known, trouble: null };
  if (wellFormed && hosts.includes(name)) {
    return null;
  }
  // Without a list that is of now nobody can say that there is no such host.
  if (trouble !== null) {
    const last = hosts.length === 0 ? "" : ` Last known: ${hosts.join(", ")}.`;
    return {
      ...trouble,
      message: `${JSON.stringify(name)} is not known${hosts.length === 0 ? "" : " yet"}. ${trouble.message}`,
      help: `${trouble.help ?? ""}${last}`,
    };
  }
  return {
    kind: "refused",
    code: "unknown-host",
    message: `There is no host ${JSON.stringify(name)}.${didYouMean(name, hosts)}`,
    help:
      hosts.length === 0
        ? `The flake has no nixosConfigurations at ${parts.fleet().defaults.ref}: add a host, commit and push.`
        : `Hosts: ${hosts.join(", ")}`,
  };
}

/** The first of several that the flake does not have. */
export async function refuseUnknownHosts(
  parts: EngineParts,
  names: readonly string[],
): Promise<Refusal | null> {
  for (const name of names) {
    const refusal = await refuseUnknownHost(parts, name);
    if (refusal !== null) {
      return refusal;
    }
  }
  return null;
}

/** The flake's hosts as last read; read now where there are none, or where they could not be read. For those who wait for it. */
export async function allHosts(parts: EngineParts): Promise<Inventory> {
  const hosts = await knownHosts(parts);
  return hosts.length > 0 && parts.reading.trouble === null ? { hosts, trouble: null } : readTogether(parts);
}

/**
 * The same for lists that are drawn often: it waits for the first reading at most, and the next one is begun in the
 * background when the last is old.
 */
export async function lastHosts(parts: EngineParts): Promise<Inventory> {
  const { reading, clock } = parts;
  const hosts = await knownHosts(parts);
  if (hosts.length > 0 && reading.trouble === null) {
    return { hosts, trouble: null };
  }
  if (reading.at === null) {
    return readTogether(parts);
  }
  if (clock.now() - reading.at > deadlines.flakeLook) {
    readTogether(parts).catch((error: unknown) => parts.log.error({ err: error }, "reading the hosts"));
  }
  return { hosts, trouble: reading.trouble };
}

async function knownHosts({ reading, store }: EngineParts): Promise<readonly string[]> {
  return reading.hosts ?? store.inventory();
}

/** One reading at a time, for all who ask meanwhile. */
function readTogether(parts: EngineParts): Promise<Inventory> {
  const { reading } = parts;
  reading.running ??= refreshInventory(parts).finally(() => {
    reading.running = null;
  });
  return reading.running;
}
