import { type Clock, isoTime } from "../config/clock.ts";
import { kindOf, partOf, type TroubleKey, weightOf } from "./kinds.ts";

/** Something that is wrong with the bot itself, until it is over. */
export interface Trouble {
  readonly key: TroubleKey;
  /** Its name in /healthz, which everybody may see. */
  readonly part: string;
  /** The cause first, then what to do: the same on every surface. */
  readonly words: string;
  readonly since: string;
}

/** What reports troubles. To report one again is no new one: it keeps its time. */
export interface Troubles {
  /** `cause` is one sentence or more, with its full stop; `mend` takes the place of the kind's own words; `since` is now where it is left out. */
  report(key: TroubleKey, cause: string, mend?: string, since?: string): void;
  /** It is over. */
  clear(key: TroubleKey): void;
}

export interface TroubleList extends Troubles {
  /** The worst first. */
  all(): readonly Trouble[];
  /** Called after each change. Returns how to stop. */
  subscribe(listener: () => void): () => void;
}

/** So many at once; of the rest the bot's log has the words. */
export const mostTroubles = 50;
/** The longest words, in characters. */
const longest = 1_500;

export interface TroublesParts {
  readonly clock: Clock;
  /** Masks secrets. */
  readonly mask: (text: string) => string;
  readonly log: { error(words: string): void; info(words: string): void };
}

export function createTroubles({ clock, mask, log }: TroublesParts): TroubleList {
  const found = new Map<TroubleKey, Trouble>();
  /** Those that found no place, each logged once. */
  const unlisted = new Set<TroubleKey>();
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) {
      listener();
    }
  };
  return {
    report(key, cause, mend = kindOf(key).mend, since = isoTime(clock)) {
      const words = mask(`${cause} ${mend}`.trim()).slice(0, longest);
      const before = found.get(key);
      if (before?.words === words) {
        return;
      }
      if (before === undefined && found.size >= mostTroubles) {
        const least = [...found.keys()].reduce((a, b) => (weightOf(b) >= weightOf(a) ? b : a));
        if (weightOf(key) >= weightOf(least)) {
          if (!unlisted.has(key)) {
            unlisted.add(key);
            log.error(words);
          }
          return;
        }
        found.delete(least);
      }
      log.error(words);
      found.set(key, { key, part: partOf(key), words, since: before?.since ?? since });
      tell();
    },
    clear(key) {
      unlisted.delete(key);
      const before = found.get(key);
      if (before !== undefined) {
        found.delete(key);
        log.info(`over: ${before.words}`);
        tell();
      }
    },
    all: () => [...found.values()].sort((a, b) => weightOf(a.key) - weightOf(b.key)),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** For what is used without a bot around it. */
export const noTroubles: TroubleList = {
  report: () => {},
  clear: () => {},
  all: () => [],
  subscribe: () => () => {},
};

export interface HealthPart {
  readonly part: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** The parts with their troubles: the words of a trouble stand in the place of a part's own. */
export function partsWith(parts: readonly HealthPart[], troubles: readonly Trouble[]): HealthPart[] {
  const words = new Map<string, string[]>();
  for (const trouble of troubles) {
    words.set(trouble.part, [...(words.get(trouble.part) ?? []), trouble.words]);
  }
  return [
    ...parts.filter(({ part }) => !words.has(part)),
    ...[...words].map(([part, said]) => ({ part, ok: false, detail: said.join(" ") })),
  ];
}
