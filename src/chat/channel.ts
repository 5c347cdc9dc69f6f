import type { Block } from "./blocks.ts";

/** Where a message stands on its platform: enough to edit it after a restart. */
export interface MessageRef {
  readonly channel: string;
  readonly id: string;
}

/** A message as it should stand; the adapter renders its blocks within the platform's limits. */
export interface OutMessage {
  /** The same for every try, so that a post whose answer was lost can be found again. */
  readonly key: string;
  /** The root of the thread it belongs into; null for a root. */
  readonly thread: MessageRef | null;
  /** What the thread is called, where threads have names. */
  readonly threadName: string;
  /** One line for notifications and for readers without blocks. */
  readonly text: string;
  readonly blocks: readonly Block[];
  /** The person to mention, by the surface's own id; null for nobody. */
  readonly mention: string | null;
  /** Shows a thread's message in the channel too. */
  readonly broadcast: boolean;
}

export interface OutFile {
  readonly key: string;
  readonly thread: MessageRef;
  readonly threadName: string;
  readonly name: string;
  readonly title: string;
  readonly content: string | Uint8Array;
}

/** What a chat platform has to be able to do for live threads. Each call has a timeout of its own. */
export interface Channel {
  readonly surface: "slack" | "discord";
  /**
   * Posts, or finds what an earlier try posted under this key. `since` is when the first try was made
   * (milliseconds since 1970), null when this is it.
   */
  post(message: OutMessage, since: number | null): Promise<MessageRef>;
  /** Where the message stands afterwards: a platform may have to post it anew instead. */
  edit(ref: MessageRef, message: OutMessage): Promise<MessageRef>;
  upload(file: OutFile, since: number | null): Promise<void>;
}

/** Why a delivery did not work. Anything else that is thrown counts as `temporary`. */
export type DeliveryFailure =
  /** Try again, after `retryAfter`. */
  | "rate-limited"
  /** Try again: the platform or the network is away, or an answer was lost. */
  | "temporary"
  /** The message to edit is not there any more: post it anew. */
  | "gone"
  /** The platform has answered, and does not take this message or file: a few tries, then it is done without. */
  | "refused"
  /** Nothing can be posted there, such as in a channel that is archived: it is not repeated before that is put right. */
  | "permanent";

export class DeliveryError extends Error {
  readonly failure: DeliveryFailure;
  /** Milliseconds. */
  readonly retryAfter: number | null;

  constructor(
    failure: DeliveryFailure,
    message: string,
    retryAfter: number | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "DeliveryError";
    this.failure = failure;
    this.retryAfter = retryAfter;
  }
}
