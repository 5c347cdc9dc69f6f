/** Something that a chat platform delivered: a command, a click, a form, a mention. */
export interface Delivery {
  readonly surface: string;
  /** All its names: a platform may repeat it under one of them. */
  readonly ids: readonly string[];
  /** What the person did, such as `/deploy yoga`; null for what nobody waits to be answered. */
  readonly said: string | null;
  /** The person's id, and the key under which the desk does it once; null where it has none. */
  readonly user: string | null;
  readonly key: string | null;
  /** Where the answer belongs, in the adapter's own words. */
  readonly answerTo: unknown;
}

/**
 * What was delivered, kept on the disk before it is acknowledged. A platform repeats what was not acknowledged, and never what
 * was: so nothing is done twice, and what a stopped bot had acknowledged and not done is known, and is answered.
 */
export interface Deliveries {
  /** Resolves once it is kept, or when the disk takes too long for the platform to wait (`deadlines.deliveryWrite`). False for one that came before, now or before a restart: it is acknowledged and left alone. */
  accept(delivery: Delivery): Promise<boolean>;
  /** It has been done, and what came of it was told, or was nothing to tell. What could not be told is told after a restart. */
  done(ids: readonly string[]): void;
  /** Accepted by an earlier process of this bot and not done; each is given out once. */
  takeLost(surface: string): readonly Delivery[];
}
