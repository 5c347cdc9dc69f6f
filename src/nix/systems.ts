import type { HostFacts } from "../deploy/host-facts.ts";
import { storePathLabel } from "./flake.ts";

/** A system as people name it: by its generations, or as a specialisation of one. */
export interface PlacedSystem {
  readonly toplevel: string;
  /** The generations that are this system: the one that the profile names first, then the newest. */
  readonly generations: readonly number[];
  /** Where it is a specialisation, and no generation of its own. */
  readonly specialisation: {
    readonly name: string;
    /** Null where its parent is no generation any more. */
    readonly generation: number | null;
    readonly parent: string;
  } | null;
}

/** What runs, what boots next, and what was booted: three facts, which need not agree. */
export interface Systems {
  readonly running: PlacedSystem;
  /** What the profile names; null where there is no profile. */
  readonly boots: { readonly toplevel: string; readonly generation: number | null } | null;
  /** Null where nobody asked. */
  readonly booted: PlacedSystem | null;
  /** The next boot brings the generation that runs now. */
  readonly agree: boolean;
}

/** The one place that tells them. Records of older versions know only the profile's number. */
export function systemsOf({ current, profileSystem, generation, places }: HostFacts): Systems {
  const isProfile = current === profileSystem && generation !== null;
  const running = places?.running ?? {
    toplevel: current,
    generations: isProfile ? [generation] : [],
    specialisation: null,
  };
  return {
    running,
    boots: profileSystem === null ? null : { toplevel: profileSystem, generation },
    booted: places?.booted ?? null,
    agree: profileSystem !== null && parentOf(running) === profileSystem,
  };
}

/** The system that stands in the profile for it: of a specialisation, the one that it belongs to. */
export function parentOf({ toplevel, specialisation }: PlacedSystem): string {
  return specialisation?.parent ?? toplevel;
}

/** The number that a roll back to it takes; null where it is no generation, nor a specialisation of one. */
export function numberOf({ generations, specialisation }: PlacedSystem): number | null {
  return generations[0] ?? specialisation?.generation ?? null;
}

/** Such as `generation 3`, `specialisation gaming of generation 3`, or the name of a system that is no generation. */
export function placeText({ toplevel, generations, specialisation }: PlacedSystem): string {
  const [first, ...others] = generations;
  if (first !== undefined) {
    return others.length === 0
      ? `generation ${first}`
      : `generation ${first} (the same system as ${others.join(", ")})`;
  }
  if (specialisation !== null) {
    const { name, generation, parent } = specialisation;
    const of = generation === null ? storePathLabel(parent) : `generation ${generation}`;
    return `specialisation ${name} of ${of}`;
  }
  return `a system that is no generation (${storePathLabel(toplevel)})`;
}

export function runningText(facts: HostFacts): string {
  return placeText(systemsOf(facts).running);
}

export function bootsText({ boots }: Systems): string {
  return boots === null ? "nothing that a profile names" : `generation ${boots.generation ?? "?"}`;
}

/** Such as `generation 1 runs, and generation 3 boots next`; null where the next boot brings what runs. */
export function disagreement(facts: HostFacts): string | null {
  const systems = systemsOf(facts);
  if (!systems.agree) {
    return `${placeText(systems.running)} runs, and ${bootsText(systems)} boots next`;
  }
  return systems.running.specialisation === null
    ? null
    : `${placeText(systems.running)} runs, and ${bootsText(systems)} itself boots next unless the boot menu says otherwise`;
}

/** The number of what ran, for a roll back to it; of an older record, that of the profile. */
export function ranBefore(facts: HostFacts | null): number | null {
  return facts === null ? null : numberOf(systemsOf(facts).running);
}
