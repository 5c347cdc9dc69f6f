import { unwatchFile, watchFile } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Clock } from "./clock.ts";
import { deadlines } from "./deadlines.ts";
import { ConfigError } from "./env.ts";
import { type FleetFile, parseFleetFile } from "./fleet-file.ts";
import { type AskHosts, namesIn, type UnknownHost, unknownHosts } from "./fleet-hosts.ts";
import { omissions, omissionText } from "./fleet-omissions.ts";
import { lossOf, sectionsIn } from "./fleet-sections.ts";

/** How often fleet.yaml is looked at for changes, in milliseconds. */
const lookEvery = 2_000;
/** A file that is being written is read until it stays the same for so long, in milliseconds, and at most so often. */
const settleFor = 300;
const mostReads = 10;

export interface FleetSource {
  current(): FleetFile;
  /** What that was read from. */
  text(): string;
  /** Whether what stands in the file is what is in force. */
  health(): { readonly ok: boolean; readonly detail: string };
  /**
   * From now on a change that gives rules to a host which the flake lacks is held. What is in force is compared, too, and such a host
   * is told: a start goes on with it, as roll backs have to work.
   */
  compareWith(hosts: AskHosts): Promise<void>;
  /** Looks again where a host was missing, or nobody could say: the flake may have it by now. */
  lookAgain(): Promise<void>;
  stop(): void;
}

/** Milliseconds between looks at a flake that lacks a host of fleet.yaml. */
const lookAgainEvery = 60_000;

/**
 * Reads fleet.yaml, and again when it changes. A file that is not there at the start means: all defaults. A change with
 * mistakes, or one that loses the file, a whole section or a rule that it does not name any more, is told, and the last good one
 * stays in force. `isInForce` is false where that is so.
 */
export async function openFleetFile(
  path: string,
  onChange: (mistakes: readonly string[], isInForce: boolean) => void,
): Promise<FleetSource> {
  const first = await readText(path);
  const start = parse(first.kind === "missing" ? { kind: "text", text: "" } : first);
  if (start.kind === "wrong") {
    throw new ConfigError(start.mistakes.map((mistake) => `${path}: ${mistake}`));
  }
  let current = start.file;
  let sections = sectionsIn(first.kind === "text" ? first.text : "");
  let wasThere = first.kind === "text";
  let text = first.kind === "text" ? first.text : "";
  let mistakes: readonly string[] = [];
  let isInForce = true;
  let askHosts: AskHosts | null = null;
  /** Hosts of the file in force that the flake lacks: they lose nothing when they are corrected. */
  let lacking: readonly string[] = [];
  let isOpenQuestion = false;
  let isStopped = false;
  let reading: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    const read = await readSettled(path);
    if (isStopped) {
      return;
    }
    if (read.kind === "missing" && !wasThere) {
      return;
    }
    const parsed = parse(read);
    const wanted = read.kind === "text" ? read.text : "";
    if (parsed.kind === "wrong") {
      isInForce = false;
      mistakes = parsed.mistakes;
      onChange(mistakes, isInForce);
      return;
    }
    const { file } = parsed;
    const found = sectionsIn(wanted);
    const [before, unknown] = await unknownIn(file.defaults.ref, text, wanted);
    lacking = before.map(({ name }) => name);
    const loss = lossOf(sections, found) ?? omissionIn(file, wanted);
    // A host that the flake lost meanwhile, and whose rules are what they were, holds no other change.
    const isNew = ({ name }: UnknownHost) => !isDeepStrictEqual(current.hosts[name], file.hosts[name]);
    const held = unknown.filter(isNew);
    isInForce = loss === null && held.length === 0;
    if (isInForce) {
      current = file;
      sections = found;
      text = wanted;
      wasThere = true;
      lacking = unknown.map(({ name }) => name);
      mistakes = unknown.map((one) => one.text);
    } else {
      mistakes = loss === null ? held.map((one) => one.text) : [loss];
    }
    onChange(mistakes, isInForce);
  }

  /** What is in force at the start goes on: roll backs have to work whatever the flake says. */
  async function compare(): Promise<void> {
    const [unknown] = await unknownIn(current.defaults.ref, text, text);
    lacking = unknown.map(({ name }) => name);
    const before = mistakes.join("\n");
    mistakes = unknown.map((one) => one.text);
    if (mistakes.join("\n") !== before && !isStopped) {
      onChange(mistakes, true);
    }
  }

  /** Of two texts, the hosts with rules that the flake lacks, by one question; none where nobody can say in time. */
  async function unknownIn(
    ref: string,
    before: string,
    after: string,
  ): Promise<[readonly UnknownHost[], readonly UnknownHost[]]> {
    const names = [...new Set([...namesIn(before), ...namesIn(after)])];
    const known = names.length === 0 ? [] : await hostsInTime(ref, names);
    const lackedBy = (of: string) =>
      known === null ? [] : unknownHosts(of, known, ref).filter(({ hasRules }) => hasRules);
    const lacked = lackedBy(after);
    isOpenQuestion = known === null || lacked.length > 0;
    return [lackedBy(before), lacked];
  }

  /** A builder that hangs must not hold a change: then it is taken now, and compared later. */
  async function hostsInTime(ref: string, names: readonly string[]): Promise<readonly string[] | null> {
    const over = new AbortController();
    const late = delay(deadlines.fleetHosts, null, { ref: false, signal: over.signal }).catch(() => null);
    try {
      return (await Promise.race([askHosts?.(ref, names) ?? null, late])) ?? null;
    } finally {
      over.abort();
    }
  }

  function omissionIn(file: FleetFile, of: string): string | null {
    const hosts = Object.entries(current.hosts).filter(([name]) => !lacking.includes(name));
    const lost = omissions({ ...current, hosts: Object.fromEntries(hosts) }, file, of);
    return lost.length === 0 ? null : omissionText(lost);
  }

  const queue = (work: () => Promise<void>) => {
    reading = reading.then(work, work);
    return reading;
  };
  const listener = () => void queue(look);
  watchFile(path, { interval: lookEvery, persistent: false }, listener);
  return {
    current: () => current,
    text: () => text,
    health: () =>
      mistakes.length === 0
        ? { ok: true, detail: "in force" }
        : {
            ok: false,
            detail: `${isInForce ? "it is in force, and" : "the last good one stays in force:"} ${mistakes.join("; ")}`,
          },
    compareWith(hosts) {
      askHosts = hosts;
      return queue(compare);
    },
    async lookAgain() {
      if (isOpenQuestion) {
        await queue(isInForce ? compare : look);
      }
    },
    stop() {
      isStopped = true;
      unwatchFile(path, listener);
    },
  };
}

type Read =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "missing" }
  | { readonly kind: "unreadable"; readonly why: string };

function parse(read: Read): ReturnType<typeof parseFleetFile> {
  switch (read.kind) {
    case "text":
      return parseFleetFile(read.text);
    case "missing":
      return {
        kind: "wrong",
        mistakes: ["the file is gone: put it back, or restart the bot if it is meant to run without rules"],
      };
    case "unreadable":
      return { kind: "wrong", mistakes: [read.why] };
  }
}

async function readText(path: string): Promise<Read> {
  try {
    return { kind: "text", text: await readFile(path, "utf8") };
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ENOENT"
      ? { kind: "missing" }
      : { kind: "unreadable", why: error instanceof Error ? error.message : String(error) };
  }
}

/** Editors empty a file and write it afterwards: what is read has to be the same twice. */
async function readSettled(path: string): Promise<Read> {
  let last = await readText(path);
  for (let reads = 1; reads < mostReads; reads++) {
    await delay(settleFor, undefined, { ref: false });
    const again = await readText(path);
    if (JSON.stringify(again) === JSON.stringify(last)) {
      return last;
    }
    last = again;
  }
  return { kind: "unreadable", why: "the file changes all the time, so no version of it was taken" };
}

/** Compares with the flake, and again each minute while it lacks a host of fleet.yaml. */
export async function keepComparing(
  fleet: Pick<FleetSource, "compareWith" | "lookAgain">,
  hosts: AskHosts,
  clock: Clock,
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<void> {
  await fleet.compareWith(hosts).catch(onFailure);
  while (!signal.aborted) {
    await clock.sleep(lookAgainEvery, signal).catch(() => {});
    if (!signal.aborted) {
      await fleet.lookAgain().catch(onFailure);
    }
  }
}
