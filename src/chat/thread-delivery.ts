import { createHash } from "node:crypto";
import type { Clock } from "../config/clock.ts";
import { repairPause, repairs } from "../config/repairs.ts";
import type { ThreadState } from "../store/thread-state.ts";
import { type Channel, DeliveryError, type MessageRef, type OutMessage } from "./channel.ts";
import type { Thread, ThreadFile, ThreadMessage } from "./thread.ts";

export interface ThreadParts {
  readonly channel: Channel;
  readonly clock: Clock;
  /** The text of a file; read when it is sent, so that it is whole. */
  readonly contentOf: (thread: Thread, file: ThreadFile) => Promise<string>;
  readonly save: (state: ThreadState) => Promise<void>;
  /** When each message was last edited, by its place. */
  readonly lastEdits: Map<string, number>;
}

/** An edit did not work; the message stands as it did. */
export class EditFailed extends Error {
  readonly ref: MessageRef;

  constructor(ref: MessageRef, cause: unknown) {
    super("editing a message", { cause });
    this.ref = ref;
  }
}

/** The message is not edited for so many milliseconds, whatever changes. */
export function postponeEdit(
  { lastEdits, clock }: Pick<ThreadParts, "lastEdits" | "clock">,
  ref: MessageRef,
  milliseconds: number,
): void {
  lastEdits.set(place(ref), clock.now() + Math.max(0, milliseconds - editEvery));
}

/** A message is edited at most this often, in milliseconds. */
export const editEvery = 2_000;

/** What to do next for a thread. */
export type Delivery =
  | { readonly kind: "post"; readonly message: ThreadMessage }
  | { readonly kind: "upload"; readonly file: ThreadFile }
  | { readonly kind: "edit"; readonly message: ThreadMessage; readonly ref: MessageRef }
  /** Only edits are left, and they would come too soon. */
  | { readonly kind: "later"; readonly milliseconds: number }
  /** Everything stands as it should. */
  | { readonly kind: "settled" };

/**
 * The one thing that matters most: the root, then new messages in their order, so that a card that asks is never
 * behind a progress bar; then edits that are due; files last, as nothing may wait for one that cannot be sent.
 */
export function planDelivery(
  parts: Pick<ThreadParts, "lastEdits" | "clock">,
  state: ThreadState,
  thread: Thread,
): Delivery {
  const unposted = thread.messages.find(({ key }) => refOf(state, key) === null);
  if (unposted !== undefined) {
    return { kind: "post", message: unposted };
  }
  const [soonest] = thread.messages
    .flatMap((message) => {
      const stands = state.messages[message.key];
      return stands === undefined || stands.ref === null || stands.delivered === digest(message)
        ? []
        : [{ message, ref: stands.ref, wait: waitFor(parts, stands.ref) }];
    })
    .sort((a, b) => a.wait - b.wait);
  if (soonest !== undefined && soonest.wait <= 0) {
    return { kind: "edit", message: soonest.message, ref: soonest.ref };
  }
  const file = thread.files.find(({ key }) => state.files[key]?.isSent !== true);
  if (file !== undefined) {
    return { kind: "upload", file };
  }
  return soonest === undefined ? { kind: "settled" } : { kind: "later", milliseconds: soonest.wait };
}

/** Does it. `state` is changed as deliveries are known, and saved before a first try and after each success. */
export async function deliver(
  parts: ThreadParts,
  state: ThreadState,
  thread: Thread,
  delivery: Extract<Delivery, { kind: "post" | "upload" | "edit" }>,
): Promise<void> {
  switch (delivery.kind) {
    case "post":
      return post(parts, state, thread, delivery.message);
    case "upload":
      return upload(parts, state, thread, delivery.file);
    case "edit":
      return edit(parts, state, thread, delivery.message, delivery.ref);
  }
}

async function post(
  parts: ThreadParts,
  state: ThreadState,
  thread: Thread,
  message: ThreadMessage,
): Promise<void> {
  const before = state.messages[message.key]?.triedAt ?? null;
  if (before === null) {
    state.messages[message.key] = { ref: null, delivered: "", triedAt: parts.clock.now() };
    await parts.save(state);
  }
  const ref = await parts.channel
    .post(outMessage(state, thread, message), before)
    .catch(async (error: unknown) => {
      const failure = error instanceof DeliveryError ? error.failure : null;
      if (failure === "rate-limited" && before === null) {
        // It was surely not posted, so nobody has to look for it.
        delete state.messages[message.key];
      } else if (failure === "gone" && message.key !== "root") {
        // Its root was deleted: the thread is begun anew.
        const pause = repair(state, Object.keys(state.messages), error);
        await parts.save(state);
        throw new DeliveryError("rate-limited", "the thread is begun anew", pause);
      } else {
        throw error;
      }
      await parts.save(state);
      throw error;
    });
  state.messages[message.key] = { ref, delivered: digest(message), triedAt: before };
  await parts.save(state);
  parts.lastEdits.set(place(ref), parts.clock.now());
}

async function upload(
  parts: ThreadParts,
  state: ThreadState,
  thread: Thread,
  file: ThreadFile,
): Promise<void> {
  const root = refOf(state, "root");
  if (root === null) {
    throw new DeliveryError("temporary", "the thread has no root yet");
  }
  const before = state.files[file.key]?.triedAt ?? null;
  if (before === null) {
    state.files[file.key] = { isSent: false, triedAt: parts.clock.now() };
    await parts.save(state);
  }
  const content = await parts.contentOf(thread, file).catch(() => "(this log is not there any more)");
  const out = {
    key: `${state.run}/${file.key}`,
    thread: root,
    threadName: thread.name,
    name: file.name,
    title: file.title,
    content,
  };
  try {
    await parts.channel.upload(out, before);
  } catch (error) {
    // A file that can never be sent is done without: the page has it.
    if (!(error instanceof DeliveryError) || error.failure !== "permanent") {
      throw error;
    }
  }
  state.files[file.key] = { isSent: true, triedAt: before };
  await parts.save(state);
}

async function edit(
  parts: ThreadParts,
  state: ThreadState,
  thread: Thread,
  message: ThreadMessage,
  ref: MessageRef,
): Promise<void> {
  parts.lastEdits.set(place(ref), parts.clock.now());
  let stands: MessageRef;
  try {
    stands = await parts.channel.edit(ref, outMessage(state, thread, message));
  } catch (error) {
    if (!(error instanceof DeliveryError) || error.failure !== "gone") {
      throw new EditFailed(ref, error);
    }
    // Somebody deleted it: it is posted anew. Without its root the whole thread is.
    const keys = message.key === "root" ? Object.keys(state.messages) : [message.key];
    const pause = repair(state, keys, error);
    await parts.save(state);
    throw new DeliveryError("rate-limited", "a message is posted anew", pause);
  }
  state.messages[message.key] = { ref: stands, delivered: digest(message), triedAt: null };
  await parts.save(state);
  parts.lastEdits.set(place(stands), parts.clock.now());
}

/** Forgets what is gone, so that it is posted anew; throws where that was done often enough. How long to wait first. */
function repair(state: ThreadState, keys: readonly string[], cause: unknown): number {
  const { most } = repairs.threadPosts;
  if (state.repairs >= most) {
    throw new DeliveryError(
      "permanent",
      `the platform says again and again that what was posted is gone; it was posted anew ${most} times, and is not any more`,
      null,
      { cause },
    );
  }
  for (const key of keys) {
    delete state.messages[key];
  }
  const pause = repairPause(repairs.threadPosts, state.repairs);
  state.repairs += 1;
  return pause;
}

function waitFor(
  { lastEdits, clock }: Pick<ThreadParts, "lastEdits" | "clock">,
  ref: MessageRef | null,
): number {
  const last = ref === null ? undefined : lastEdits.get(place(ref));
  return last === undefined ? 0 : Math.max(0, last + editEvery - clock.now());
}

function outMessage(state: ThreadState, thread: Thread, message: ThreadMessage): OutMessage {
  const { requestedBy } = thread.run;
  return {
    key: `${state.run}/${message.key}`,
    thread: message.key === "root" ? null : refOf(state, "root"),
    threadName: thread.name,
    text: message.text,
    blocks: message.blocks,
    mention: message.mentionsRequester && requestedBy.surface === state.surface ? requestedBy.id : null,
    broadcast: message.broadcast,
  };
}

function refOf(state: ThreadState, key: string): MessageRef | null {
  return state.messages[key]?.ref ?? null;
}

function place(ref: MessageRef): string {
  return `${ref.channel}/${ref.id}`;
}

function digest(message: ThreadMessage): string {
  return createHash("sha256")
    .update(JSON.stringify([message.text, message.blocks]))
    .digest("base64url")
    .slice(0, 22);
}
