import type { Generation } from "../nix/generations.ts";
import { numberOf, parentOf, systemsOf } from "../nix/systems.ts";
import type { Deployment } from "./deployment.ts";
import { isAlarmed } from "./watching.ts";

/** What is known of a host's generations, from the bot's records and the host's own list together. */
export interface GenerationHistory {
  /** What ran well before what runs now: never one that was rolled back from. */
  readonly previous: Generation | null;
  /** Going there is going back. Anywhere else is a deployment, under all the rules of one. */
  isBack(generation: Generation): boolean;
  /** Why it did not stay, such as `Alice went back from it (d-…)`; null where nobody went back from it. */
  leftWhy(generation: Pick<Generation, "toplevel">): string | null;
}

interface Ran {
  readonly system: string;
  /** At that time: it may be given out again. Null for what was no generation. */
  readonly number: number | null;
}

interface Mark {
  readonly why: string;
  /** A roll back that did not work says nothing against the system having run well before. */
  readonly isBarred: boolean;
}

/** How many records tell the history of a host. */
export const mostPast = 500;

/**
 * Systems are known by their store paths, since numbers may be given out again. What ran is a stack: a deployment puts its
 * system on top, going back takes off what lay above. What changed by hand is read from the host: an older number was gone
 * back to, a newer one was put on top.
 */
export function historyOf(all: readonly Generation[], past: readonly Deployment[]): GenerationHistory {
  const stack: Ran[] = [];
  const known = new Set<string>();
  const marks = new Map<string, Mark>();
  const put = (system: string, number: number | null) => {
    stack.push({ system, number });
    known.add(system);
  };
  const arriveAt = (system: string, number: number | null) => {
    const at = stack.findLastIndex((ran) => ran.system === system);
    if (at >= 0) {
      stack.splice(at + 1);
      return;
    }
    while (number !== null && (stack.at(-1)?.number ?? 0) > number) {
      stack.pop();
    }
    put(system, number);
  };

  for (const deployment of inOrder(past)) {
    const { toplevel, mode, outcome, id, requestedBy, reason, message, generation } = deployment;
    if (toplevel === null || deployment.before === null) {
      continue;
    }
    const { running: ranBefore } = systemsOf(deployment.before);
    const before = parentOf(ranBefore);
    const from = numberOf(ranBefore);
    arriveAt(before, from);
    if (isGood(deployment)) {
      if (wasBack(deployment, from)) {
        arriveAt(toplevel, generation);
        const because = reason === null ? "" : `: ${reason}`;
        marks.set(before, { why: `${requestedBy.name} went back from it (${id})${because}`, isBarred: true });
      } else {
        put(toplevel, generation);
      }
      marks.delete(toplevel);
      if (isWaived(deployment)) {
        marks.set(toplevel, { why: `it was unwell, and kept by --no-rollback (${id})`, isBarred: true });
      }
      if (isAlarmed(deployment)) {
        const alarm = deployment.monitor?.alarm ?? "";
        marks.set(toplevel, { why: `it stopped being well (${id}): ${alarm}`, isBarred: true });
      }
    } else if (mode === "boot") {
      // It waits for a boot: whether it ran well is known once it ran.
      known.add(toplevel);
    } else if (toplevel !== before && (outcome === "rolled-back" || outcome === "rollback-failed")) {
      // What was only gone back to, and did not come, is as unknown as before.
      if (mode !== "rollback") {
        known.add(toplevel);
      }
      marks.set(toplevel, { why: `it was taken back (${id}): ${message}`, isBarred: mode !== "rollback" });
    }
  }

  const running =
    all.find(({ isCurrent, isProfile }) => isCurrent && isProfile) ?? all.find(({ isCurrent }) => isCurrent);
  if (running !== undefined) {
    arriveAt(running.toplevel, running.number);
  }
  const profile = all.find(({ isProfile }) => isProfile)?.number ?? Number.POSITIVE_INFINITY;
  // What runs and is no generation came after what the profile names.
  const present = running?.number ?? profile + 1;
  const isLower = ({ number, toplevel }: Generation) => !known.has(toplevel) && number < present;
  const isBack = (generation: Generation) => {
    const { toplevel } = generation;
    if (marks.get(toplevel)?.isBarred === true) {
      return false;
    }
    return toplevel === running?.toplevel
      ? present <= profile
      : stack.some(({ system }) => system === toplevel) || isLower(generation);
  };
  const newest = [...all].sort((a, b) => b.number - a.number);
  const ranWell = [...stack]
    .reverse()
    .filter(({ system }) => system !== running?.toplevel && !marks.has(system))
    .flatMap(({ system }) => newest.find(({ toplevel }) => toplevel === system) ?? []);
  return {
    previous: ranWell[0] ?? newest.find((one) => isLower(one) && !marks.has(one.toplevel)) ?? null,
    isBack,
    leftWhy: ({ toplevel }) => marks.get(toplevel)?.why ?? null,
  };
}

function isGood({ mode, outcome, monitor }: Deployment): boolean {
  const isSwitch = mode === "deploy" || mode === "rollback";
  return (
    isSwitch &&
    (outcome === "deployed" || outcome === "deployed-degraded" || (outcome === null && monitor !== null))
  );
}

/** Only the word of an admin kept it. */
function isWaived({ isKeptUnwell }: Deployment): boolean {
  return isKeptUnwell === true;
}

/** Records of older versions do not say it: there the numbers do. */
function wasBack({ mode, isForward, toGeneration }: Deployment, from: number | null): boolean {
  if (mode !== "rollback") {
    return false;
  }
  return isForward === null ? from === null || toGeneration === null || toGeneration <= from : !isForward;
}

/** The oldest first, by the time at which their system ran. */
function inOrder(past: readonly Deployment[]): Deployment[] {
  const time = ({ times, finishedAt, createdAt }: Deployment) =>
    times.monitor?.startedAt ?? finishedAt ?? createdAt;
  return [...past].sort((a, b) => time(a).localeCompare(time(b)) || a.id.localeCompare(b.id));
}
