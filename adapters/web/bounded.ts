import { errorAnswer } from "./errors.ts";
import type { WebContext } from "./types.ts";

/** How many answers of a kind may be open at once. A page has one of each; a team and its pipelines stay far below. */
export const maxStreams = 100;

export interface Places {
  /** A place, to be given back once; null when all are taken. */
  take(): (() => void) | null;
}

export function places(most = maxStreams): Places {
  let taken = 0;
  return {
    take() {
      if (taken >= most) return null;
      taken += 1;
      let isTaken = true;
      return () => {
        if (isTaken) taken -= 1;
        isTaken = false;
      };
    },
  };
}

export function noPlace(c: WebContext): Response {
  c.header("retry-after", "5");
  const message = `${maxStreams} streams of this kind are open already.`;
  return errorAnswer(c, 503, "too-many", message, "Close some pages, or try again in a moment.");
}
