/** What goes wrong with a request. */
export type Fault =
  /** An HTTP status instead of an answer; nothing is done. */
  | { readonly kind: "status"; readonly status: number }
  /** `ok: false` with this error; nothing is done. */
  | { readonly kind: "error"; readonly error: string }
  | { readonly kind: "ratelimited"; readonly seconds: number }
  /** The connection ends before anything is done. */
  | { readonly kind: "dropped" }
  /** The work is done, and then the connection ends without an answer. */
  | { readonly kind: "answer lost" }
  | { readonly kind: "slow"; readonly milliseconds: number }
  /** The work is done at once, the answer comes late. */
  | { readonly kind: "slow answer"; readonly milliseconds: number };

export interface Faults {
  /** The next `times` calls of this method ("*": any) meet the fault. Faults of one method queue up. */
  add(method: string, fault: Fault, times?: number): void;
  clear(): void;
  next(method: string): Fault | undefined;
}

export function createFaults(): Faults {
  let planned: { method: string; fault: Fault; left: number }[] = [];
  return {
    add(method, fault, times = 1) {
      planned.push({ method, fault, left: times });
    },
    clear() {
      planned = [];
    },
    next(method) {
      const entry = planned.find((it) => it.method === "*" || it.method === method);
      if (entry === undefined) {
        return undefined;
      }
      entry.left -= 1;
      planned = planned.filter((it) => it.left > 0);
      return entry.fault;
    },
  };
}
