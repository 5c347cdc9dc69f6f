import type { Problem } from "./api.ts";

export interface Validator {
  /** Why nothing is checked, where that is so. */
  readonly isOff: string | undefined;
  /** What Discord's own description of its API has against this body. */
  check(operation: string, body: unknown): readonly Problem[];
}

export function createValidator(): Validator {
  return { isOff: "not there yet", check: () => [] };
}
