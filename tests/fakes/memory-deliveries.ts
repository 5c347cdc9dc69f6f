import type { Deliveries } from "../../src/store/deliveries.ts";
import { keepDeliveries } from "../../src/store/delivery-file.ts";
import { noTroubles } from "../../src/troubles/troubles.ts";

/** The real rules over a file that is none: a bot that forgets with the test. */
export function memoryDeliveries(now: () => number = Date.now): Deliveries {
  const file = { data: { version: 1 as const, deliveries: [] }, write: async () => {} };
  return keepDeliveries(file, { now, sleep: () => new Promise(() => {}) }, noTroubles);
}
