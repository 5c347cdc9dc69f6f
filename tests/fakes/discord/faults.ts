/** What goes wrong with a request. */
export type Fault =
  /** An HTTP status instead of an answer; nothing is done. */
  | { readonly kind: "status"; readonly status: number }
  /** An error in Discord's own words; nothing is done. */
  | { readonly kind: "error"; readonly status: number; readonly code: number; readonly message: string }
  /** The scope is "user" unless it is said; "shared" is nobody's fault, and is not counted against the bot. */
  | { readonly kind: "ratelimited"; readonly seconds: number; readonly scope?: "user" | "global" | "shared" }
  /** The connection ends before anything is done. */
  | { readonly kind: "dropped" }
  /** The work is done, and then the connection ends without an answer. */
  | { readonly kind: "answer lost" }
  | { readonly kind: "slow"; readonly milliseconds: number }
  /** The work is done at once, the answer comes late. */
  | { readonly kind: "slow answer"; readonly milliseconds: number };

export interface Faults {
  /**
   * The next `times` calls of this operation ("*": any) meet the fault. Faults of one operation queue up. An outage is
   * a fault of "*" with `Infinity`.
   */
  add(operation: string, fault: Fault, times?: number): void;
  clear(): void;
  next(operation: string): Fault | undefined;
}

export function createFaults(): Faults {
  let planned: { operation: string; fault: Fault; left: number }[] = [];
  return {
    add(operation, fault, times = 1) {
      planned.push({ operation, fault, left: times });
    },
    clear() {
      planned = [];
    },
    next(operation) {
      const entry = planned.find((it) => it.operation === "*" || it.operation === operation);
      if (entry === undefined) {
        return undefined;
      }
      entry.left -= 1;
      planned = planned.filter((it) => it.left > 0);
      return entry.fault;
    },
  };
}
