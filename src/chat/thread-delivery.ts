import { createHash } from "node:crypto";
import type { Clock } from "../config/clock.ts";
import type { ThreadState } from "../store/thread-state.ts";
import { type Channel, DeliveryError, type MessageRef, type OutMessage } from "./channel.ts";
import { endedKey } from "./losses.ts";
import type { Thread, ThreadFile, ThreadMessage } from "./thread.ts";
import {
  EditFailed,
  FileFailed,
  failFile,
  isLastTry,
  postAnew,
  refuseEdit,
  refusePost,
} from "./thread-repair.ts";

export interface ThreadParts {
  readonly channel: Channel;
  readonly clock: Clock;
  /** The text of a file; read when it is sent, so that it is whole. */
  readonly contentOf: (thread: Thread, file: ThreadFile) => Promise<string>;
  readonly save: (state: ThreadState) => Promise<void>;
  /** When each message was last edited, by its place. */
  readonly lastEdits: Map<string, number>;
  /** When a file that failed may be tried again, by run and key. */
  readonly filesDue: Map<string, number>;
  readonly random: () => number;
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
  /** Only edits are left, or files that failed, and they would come too soon. */
  | { readonly kind: "later"; readonly milliseconds: number }
  /** Everything stands as it should. */
  | { readonly kind: "settled" };

/**
 * The one thing that matters most: the root, then new messages in their order, so that a card that asks is never
 * behind a progress bar; then edits that are due; files last, as nothing may wait for one that cannot be sent.
 */
export function planDelivery(
  parts: Pick<ThreadParts, "lastEdits" | "filesDue" | "clock">,
  state: ThreadState,
  thread: Thread,
): Delivery {
  if (state.messages["root"]?.isLost === true) {
    // Nothing has a place without it.
    return { kind: "settled" };
  }
  const unposted = thread.messages.find(
    ({ key }) => refOf(state, key) === null && state.messages[key]?.isLost !== true,
  );
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
  const files = thread.files
    .filter(({ key }) => state.files[key]?.isSent !== true)
    .map((file) => ({ file, wait: (parts.filesDue.get(fileKey(state, file)) ?? 0) - parts.clock.now() }));
  const due = files.find(({ wait }) => wait <= 0);
  if (due !== undefined) {
    return { kind: "upload", file: due.file };
  }
  const waits = [...(soonest === undefined ? [] : [soonest.wait]), ...files.map(({ wait }) => wait)];
  return waits.length === 0 ? { kind: "settled" } : { kind: "later", milliseconds: Math.min(...waits) };
}

function fileKey({ surface, run }: ThreadState, { key }: ThreadFile): string {
  return `${surface}/${run}/${key}`;
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
  const whole = outMessage(state, thread, message);
  const out = isLastTry(state, message.key) ? { ...whole, blocks: [] } : whole;
  let ref: MessageRef;
  try {
    ref = await parts.channel.post(out, before);
  } catch (error) {
    const told = afterPost(parts, state, message, before, error);
    await parts.save(state);
    throw told;
  }
  state.messages[message.key] = { ref, delivered: digest(message), triedAt: before };
  await parts.save(state);
  parts.lastEdits.set(place(ref), parts.clock.now());
}

/** What a post that failed leaves behind, and what to tell. */
function afterPost(
  parts: ThreadParts,
  state: ThreadState,
  message: ThreadMessage,
  before: number | null,
  error: unknown,
): unknown {
  const failure = error instanceof DeliveryError ? error.failure : null;
  const isRoot = message.key === "root" || message.key === endedKey;
  if (failure === "rate-limited" && before === null) {
    // It was surely not posted, so nobody has to look for it.
    delete state.messages[message.key];
  } else if (failure === "gone" && !isRoot) {
    // Its root was deleted: the thread is begun anew.
    return postAnew(state, Object.keys(state.messages), error, parts.random());
  } else if (error instanceof DeliveryError && failure === "refused") {
    return refusePost(state, message, error, parts.random());
  }
  return error;
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
    const wait = failFile(state, file, error, parts.random());
    await parts.save(state);
    if (wait === null) {
      parts.filesDue.delete(fileKey(state, file));
    } else {
      parts.filesDue.set(fileKey(state, file), parts.clock.now() + wait);
    }
    throw new FileFailed(error);
  }
  state.files[file.key] = { isSent: true, triedAt: before };
  parts.filesDue.delete(fileKey(state, file));
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
    if (error instanceof DeliveryError && error.failure === "refused") {
      const told = refuseEdit(state, message, digest(message), error, parts.random());
      await parts.save(state);
      throw new EditFailed(ref, told);
    }
    if (!(error instanceof DeliveryError) || error.failure !== "gone") {
      throw new EditFailed(ref, error);
    }
    // Somebody deleted it: it is posted anew. Without its root the whole thread is.
    const keys = message.key === "root" ? Object.keys(state.messages) : [message.key];
    const told = postAnew(state, keys, error, parts.random());
    await parts.save(state);
    throw told;
  }
  state.messages[message.key] = { ref: stands, delivered: digest(message), triedAt: null };
  await parts.save(state);
  parts.lastEdits.set(place(stands), parts.clock.now());
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
    thread: message.key === "root" || message.key === endedKey ? null : refOf(state, "root"),
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
