import { bounds } from "../../src/chat/desk.ts";
import { errorAnswer } from "./errors.ts";
import type { WebContext } from "./types.ts";

export interface Taker {
  readonly person: string;
  readonly isDecider: boolean;
}

export interface Places {
  /** A place, to be given back once; null when all that this person may have are taken. */
  take(taker: Taker): (() => void) | null;
}

/** Places for answers of one kind that stay open: some for each person, and some that only deciders get. */
export function places(most: typeof bounds.streams = bounds.streams): Places {
  const taken = new Map<string, number>();
  let all = 0;
  let others = 0;
  return {
    take({ person, isDecider }) {
      const own = taken.get(person) ?? 0;
      if (own >= most.person || all >= most.all || (!isDecider && others >= most.others)) return null;
      taken.set(person, own + 1);
      all += 1;
      others += isDecider ? 0 : 1;
      let isTaken = true;
      return () => {
        if (!isTaken) return;
        isTaken = false;
        const left = (taken.get(person) ?? 1) - 1;
        if (left === 0) taken.delete(person);
        else taken.set(person, left);
        all -= 1;
        others -= isDecider ? 0 : 1;
      };
    },
  };
}

export function noPlace(c: WebContext): Response {
  c.header("retry-after", "5");
  return errorAnswer(
    c,
    429,
    "too-many",
    "As many streams of this kind are open as you may have now.",
    "Close some pages, or try again in a moment.",
  );
}
