import type { ThreadState } from "../store/thread-state.ts";
import { heading, text } from "./blocks.ts";
import type { Thread, ThreadMessage } from "./thread.ts";

/** Of more, the rest is counted. */
const mostNamed = 5;
const mostKept = 50;

/** What the platform did not take. Each is told once. */
export function lose(state: ThreadState, what: string, why: string): void {
  const line = `${what} (${why})`;
  const before = (state.losses ?? []).filter((one) => one !== line);
  // The first are named and the rest is counted, so one more than this says nothing new.
  state.losses = before.length < mostKept ? [...before, line] : before;
}

/** A state of which nothing more can be shown in the thread: its words stand in the channel. */
export const endedKey = "ended";
const lossesKey = "losses";

/** What tells of losses is none itself: its words would change by it, and be refused again. */
export function isOwnWords(key: string): boolean {
  return key === endedKey || key === lossesKey;
}

/**
 * The thread with the words for what could not be shown in it, once, for the person who asked: they stand in the thread, or in
 * the channel where the thread itself is lost. A channel that is notified has no thread, and asked for nothing: /healthz says it there.
 */
export function withLosses(thread: Thread, state: ThreadState): Thread {
  const hasRequester = thread.messages.some(({ key }) => key === "root");
  if (state.ended !== undefined) {
    return { ...thread, files: [], messages: hasRequester ? [endedMessage(thread, state.ended)] : [] };
  }
  if (!hasRequester) {
    return thread;
  }
  const losses = state.losses ?? [];
  return losses.length === 0 ? thread : { ...thread, messages: [...thread.messages, lossMessage(losses)] };
}

function endedMessage(thread: Thread, why: string): ThreadMessage {
  const line = `The thread of ${thread.name} cannot be shown here any more`;
  return message(endedKey, line, `${why}. It goes on; the page shows it, and /status says how it stands.`);
}

function lossMessage(losses: readonly string[]): ThreadMessage {
  const named = losses.slice(0, mostNamed);
  const more = losses.length - named.length;
  const list = [...named, ...(more > 0 ? [`${more} more`] : [])].join("; ");
  return message(lossesKey, "Not everything could be shown here", `${list}. The page shows all of it.`);
}

function message(key: string, line: string, words: string): ThreadMessage {
  return {
    key,
    text: `${line}: ${words}`,
    blocks: [heading(line, "warning"), text(words, "warning")],
    mentionsRequester: true,
    broadcast: false,
  };
}
