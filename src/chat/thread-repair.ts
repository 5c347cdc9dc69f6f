import { nextWait, type Repair, repairs, slowly } from "../config/repairs.ts";
import type { ThreadState } from "../store/thread-state.ts";
import { DeliveryError, type MessageRef } from "./channel.ts";
import { isOwnWords, lose } from "./losses.ts";
import type { ThreadFile, ThreadMessage } from "./thread.ts";

/** An edit did not work; the message stands as it did. */
export class EditFailed extends Error {
  readonly ref: MessageRef;

  constructor(ref: MessageRef, cause: unknown) {
    super("editing a message", { cause });
    this.ref = ref;
  }
}

/** A file could not be sent, and is put off: nothing else has to wait for it. */
export class FileFailed extends Error {
  constructor(cause: unknown) {
    super("sending a file", { cause });
  }
}

/** Forgets what is gone, so that it is posted anew, and says how long to wait first; ends the thread where that was done often enough. */
export function postAnew(
  state: ThreadState,
  keys: readonly string[],
  cause: unknown,
  random: number,
): DeliveryError {
  const wait = nextWait(repairs.threadPosts, state.repairs + 1, random);
  if (wait === null) {
    state.ended = `the platform says again and again that what was posted is gone; it was posted anew ${state.repairs} times, and is not any more`;
    return new DeliveryError("refused", state.ended, 0, { cause });
  }
  for (const key of keys) {
    delete state.messages[key];
  }
  state.repairs += 1;
  return new DeliveryError("rate-limited", "something is posted anew", wait, { cause });
}

/** Whether this is the last try of a post: it goes without what may be refused, as plain words. */
export function isLastTry(state: ThreadState, key: string): boolean {
  return (state.messages[key]?.refused ?? 0) >= repairs.message.most - 1;
}

/** Counts a post that the platform did not take, and says how long to wait; after the last one it is done without. */
export function refusePost(
  state: ThreadState,
  message: ThreadMessage,
  error: DeliveryError,
  random: number,
): DeliveryError {
  const stands = state.messages[message.key];
  const refused = (stands?.refused ?? 0) + 1;
  const wait = nextWait(repairs.message, refused, random);
  state.messages[message.key] = {
    ...(stands ?? { ref: null, delivered: "", triedAt: null }),
    refused,
    isLost: wait === null,
  };
  if (wait === null && !isOwnWords(message.key)) {
    lose(state, message.text, error.message);
  }
  return new DeliveryError("refused", error.message, wait ?? 0, { cause: error });
}

/** The same for an edit; after the last one the message stays as it stands, until it is to change again. */
export function refuseEdit(
  state: ThreadState,
  message: ThreadMessage,
  wanted: string,
  error: DeliveryError,
  random: number,
): DeliveryError {
  const stands = state.messages[message.key];
  if (stands === undefined) {
    return error;
  }
  const refused = (stands.refused ?? 0) + 1;
  const wait = nextWait(repairs.message, refused, random);
  state.messages[message.key] =
    wait === null ? { ...stands, delivered: wanted, refused: 0 } : { ...stands, refused };
  if (wait === null && !isOwnWords(message.key)) {
    lose(state, `the latest of "${message.text}"`, error.message);
  }
  return new DeliveryError("refused", error.message, wait ?? 0, { cause: error });
}

/** Milliseconds before a file is tried again; null where it is done without from now on. */
export function failFile(
  state: ThreadState,
  file: ThreadFile,
  error: unknown,
  random: number,
): number | null {
  const stands = state.files[file.key] ?? { isSent: false, triedAt: null };
  const failure = error instanceof DeliveryError ? error : null;
  if (failure?.failure === "rate-limited") {
    return failure.retryAfter ?? repairs.file.first;
  }
  const failed = (stands.failed ?? 0) + 1;
  const wait = failure?.failure === "permanent" ? null : nextWait(repairs.file, failed, random);
  state.files[file.key] = { ...stands, failed, isSent: wait === null };
  if (wait === null) {
    lose(state, file.title, error instanceof Error ? error.message : String(error));
  }
  return wait === null ? null : Math.max(wait, failure?.retryAfter ?? 0);
}

/** So many rate limits in a row are waited out for as long as the platform says; of more, the pauses grow. */
const usualLimits = 5;

/** Milliseconds to wait after a failure of a thread, the `failures`th in a row. */
export function waitAfter(
  error: unknown,
  repair: Repair & { readonly most: null },
  failures: number,
  random: number,
): number {
  const { failure, retryAfter } =
    error instanceof DeliveryError ? error : { failure: "temporary", retryAfter: null };
  switch (failure) {
    case "refused":
      return retryAfter ?? 0;
    case "permanent":
      return retryAfter ?? slowly(repair, failures, random);
    case "rate-limited":
      return Math.max(
        retryAfter ?? 0,
        failures > usualLimits ? slowly(repair, failures - usualLimits, random) : 0,
      );
    default:
      return Math.max(retryAfter ?? 0, slowly(repair, failures, random));
  }
}
