import { deadlines } from "../config/deadlines.ts";
import type { Target } from "./hop.ts";

/** Which of the builder's connections to a host is used now, by a word in the name of its socket. */
export interface Masters {
  wordFor(target: Target): string;
  /** A look over it failed: the next command opens another one. */
  drop(target: Target, word: string): void;
}

/**
 * A connection goes on standing when the key that opened it is taken off the host, or when the machine behind it is another
 * one by now. So none takes new commands for longer than its life, however often it is used; what runs on it goes on, and ssh
 * ends it when nothing has for a while (`ControlPersist`).
 */
export function createMasters(now: () => number, life: number = deadlines.connectionLife): Masters {
  const open = new Map<string, { readonly word: string; readonly until: number }>();
  let last = 0;

  /** Four letters, as the path of a socket is short; the same word comes again after nineteen days. */
  function newWord(): string {
    last = Math.max(last + 1, Math.floor(now() / 1000));
    return (last % 36 ** 4).toString(36).padStart(4, "0");
  }

  return {
    wordFor(target) {
      const key = JSON.stringify(target);
      const found = open.get(key);
      if (found !== undefined && now() < found.until) {
        return found.word;
      }
      const word = newWord();
      open.set(key, { word, until: now() + life });
      return word;
    },
    drop(target, word) {
      const key = JSON.stringify(target);
      if (open.get(key)?.word === word) {
        open.delete(key);
      }
    },
  };
}
