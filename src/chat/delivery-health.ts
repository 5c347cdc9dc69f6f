import type { Delivery } from "./thread-delivery.ts";

/** The words of a platform's threads for /healthz. */
export interface DeliveryHealth {
  /** A run's thread waits until something works again. */
  waits(run: string, why: string): void;
  works(run: string, kind: Delivery["kind"]): void;
  /** Everything of it stands as it should. */
  settled(run: string): void;
  /** Something was done without; it stays said until the next one of its kind works. */
  lost(kind: Delivery["kind"], why: string): void;
  /** Nothing of this run can be shown any more. */
  ended(run: string, why: string): void;
  forget(run: string): void;
  words(threads: number): { readonly ok: boolean; readonly detail: string };
}

export function deliveryHealth(): DeliveryHealth {
  const waiting = new Map<string, string>();
  const over = new Map<string, string>();
  const losses = new Map<Delivery["kind"], string>();
  return {
    waits: (run, why) => waiting.set(run, why),
    works(run, kind) {
      waiting.delete(run);
      losses.delete(kind);
    },
    settled: (run) => waiting.delete(run),
    lost: (kind, why) => losses.set(kind, why),
    ended: (run, why) => over.set(run, why),
    forget(run) {
      waiting.delete(run);
      over.delete(run);
    },
    words(threads) {
      const [why] = waiting.values();
      const [end] = over.values();
      const parts = [
        ...(why === undefined ? [] : [`${waiting.size} threads wait: ${why}`]),
        ...(end === undefined ? [] : [`${over.size} threads are not shown any more: ${end}`]),
        ...[...losses.values()].map((loss) => `not shown: ${loss}`),
      ];
      return parts.length === 0
        ? { ok: true, detail: `${threads} threads` }
        : { ok: false, detail: parts.join("; ") };
    },
  };
}
