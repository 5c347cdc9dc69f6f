import type { GenerationFate } from "../deploy/host-act.ts";
import { profile } from "./commands.ts";
import type { Generation } from "./generations.ts";

export interface PruneRule {
  /** How many of the newest stay. */
  readonly keep: number | null;
  /** In milliseconds: what was made less long ago stays. */
  readonly olderThan: number | null;
}

/**
 * Which generations go, and why each other one stays. What runs, what was booted and what the profile points at stay
 * whatever the rule says.
 */
export function planPrune(
  generations: readonly Generation[],
  booted: string,
  { keep, olderThan }: PruneRule,
  now: number,
): GenerationFate[] {
  const newest = [...generations].sort((a, b) => b.number - a.number);
  return newest.map((generation, index) => {
    const reasons = [
      ...(generation.isCurrent
        ? [
            generation.specialisation === undefined
              ? "runs now"
              : `its specialisation ${generation.specialisation} runs now`,
          ]
        : []),
      ...(generation.isProfile ? ["boots next"] : []),
      ...(generation.toplevel === booted || generation.isBooted === true ? ["was booted"] : []),
      ...(keep !== null && index < keep ? [keep === 1 ? "the newest" : `one of the newest ${keep}`] : []),
      ...(olderThan !== null && Date.parse(generation.date) > now - olderThan ? ["young enough"] : []),
    ];
    const { number, date, kernel } = generation;
    const isAsked = keep !== null || olderThan !== null;
    const stays = reasons.length > 0 ? reasons.join(", ") : isAsked ? null : "nobody asked for it";
    return { number, date, kernel, stays };
  });
}

/** nix-env itself refuses to delete the one that the profile points at. */
export function deleteGenerations(numbers: readonly number[]): string[] {
  return ["nix-env", "--profile", profile, "--delete-generations", ...numbers.map(String)];
}

/**
 * Writes the boot entries anew, without a change of what boots next: so it is the script of the profile's system, and
 * not of the one that runs.
 */
export const writeBootEntries = [`${profile}/bin/switch-to-configuration`, "boot"];
