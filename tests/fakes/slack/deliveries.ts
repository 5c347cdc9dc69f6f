import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fields } from "./json.ts";
import type { Workspace } from "./workspace.ts";

export type DeliveryKind = "slash_commands" | "interactive" | "events_api";

/** One sending of a delivery. A duplicate has the same id. */
export interface Envelope {
  readonly id: string;
  readonly kind: DeliveryKind;
  readonly payload: Fields;
  readonly retry: number;
  readonly reason: string;
}

export type Ack =
  | { readonly kind: "acked"; readonly payload: unknown; readonly connection?: number }
  /** `mayRetry` is false when the bot asked for no retry. */
  | { readonly kind: "failed"; readonly reason: string; readonly mayRetry?: boolean };

/** Brings an envelope to the bot, and its acknowledgement back within this time. */
export interface Transport {
  send(envelope: Envelope, milliseconds: number): Promise<Ack>;
}

export interface Attempt {
  readonly envelopeId: string;
  readonly retry: number;
  readonly ack: Ack;
  readonly milliseconds: number;
}

export interface Delivery {
  readonly kind: DeliveryKind;
  readonly payload: Fields;
  readonly attempts: readonly Attempt[];
}

/** What became of the first sending. Later ones can be seen in the delivery. */
export interface Outcome {
  readonly acked: boolean;
  /** What a person would read: `dispatch_failed` when nobody was there, `operation_timeout` when nobody answered. */
  readonly error: string | undefined;
  /** What the bot put into its acknowledgement. */
  readonly payload: unknown;
  readonly milliseconds: number;
  readonly delivery: Delivery;
}

export interface DeliveryOptions {
  /** How long the bot may take to acknowledge. */
  readonly ackMilliseconds?: number;
  /** When events that were not acknowledged are sent again: at once, after 1 and after 5 minutes. */
  readonly retryDelays?: readonly number[];
}

export interface Deliveries {
  readonly all: readonly Delivery[];
  /** From now on, each sending waits for so long. */
  delayMilliseconds: number;
  /** The next deliveries are sent twice, in the same envelope. */
  duplicates: number;
  send(kind: DeliveryKind, payload: Fields): Promise<Outcome>;
  close(): void;
}

export function createDeliveries(
  workspace: Workspace,
  transport: () => Transport,
  options: DeliveryOptions,
): Deliveries {
  const { ackMilliseconds = 3000, retryDelays = [0, 60_000, 300_000] } = options;
  const all: (Delivery & { attempts: Attempt[] })[] = [];
  const end = new AbortController();

  async function attempt(delivery: Delivery & { attempts: Attempt[] }, envelope: Envelope): Promise<Attempt> {
    const start = performance.now();
    const ack = await transport().send(envelope, ackMilliseconds);
    const { id: envelopeId, retry } = envelope;
    const done = { envelopeId, retry, ack, milliseconds: performance.now() - start };
    delivery.attempts.push(done);
    workspace.changed();
    return done;
  }

  async function retry(delivery: Delivery & { attempts: Attempt[] }, first: Ack): Promise<void> {
    let last = first;
    for (const [index, delay] of retryDelays.entries()) {
      if (last.kind === "acked" || last.mayRetry === false || end.signal.aborted) {
        return;
      }
      await sleep(delay, undefined, { signal: end.signal, ref: false });
      const { kind, payload } = delivery;
      const envelope = { id: randomUUID(), kind, payload, retry: index + 1, reason: last.reason };
      last = (await attempt(delivery, envelope)).ack;
    }
  }

  const deliveries: Deliveries = {
    all,
    delayMilliseconds: 0,
    duplicates: 0,
    async send(kind, payload) {
      const delivery = { kind, payload, attempts: [] };
      all.push(delivery);
      if (deliveries.delayMilliseconds > 0) {
        await sleep(deliveries.delayMilliseconds);
      }
      const envelope = { id: randomUUID(), kind, payload, retry: 0, reason: "" };
      const sending = attempt(delivery, envelope);
      if (deliveries.duplicates > 0) {
        deliveries.duplicates -= 1;
        await Promise.all([sending, attempt(delivery, envelope)]);
      }
      const { ack, milliseconds } = await sending;
      // Commands and clicks are not sent again: the person sees that it failed.
      if (kind === "events_api") {
        retry(delivery, ack).catch(() => {});
      }
      return ack.kind === "acked"
        ? { acked: true, error: undefined, payload: ack.payload, milliseconds, delivery }
        : { acked: false, error: shown(ack.reason), payload: undefined, milliseconds, delivery };
    },
    close: () => end.abort(),
  };
  return deliveries;
}

/** What the person reads. */
function shown(reason: string): string {
  return reason.endsWith("timeout") ? "operation_timeout" : "dispatch_failed";
}
