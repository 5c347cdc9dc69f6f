import type { Clock } from "../config/clock.ts";
import type { ChatEvent } from "./desk.ts";

/** An event before it has its number. */
export type NewEvent = ChatEvent extends infer Event
  ? Event extends ChatEvent
    ? Omit<Event, "seq">
    : never
  : never;

export interface Events {
  emit(event: NewEvent): void;
  subscribe(lastSeq: number | null, listener: (event: ChatEvent) => void): () => void;
}

/** How many events a surface may have missed before it has to fetch everything again. */
const kept = 500;

/** Numbers events and keeps the last ones. Numbers begin with the time, so that they grow over restarts of the bot. */
export function createEvents(clock: Clock, onError: (error: unknown) => void): Events {
  const first = clock.now();
  let last = first;
  const recent: ChatEvent[] = [];
  const listeners = new Set<(event: ChatEvent) => void>();

  return {
    emit(event) {
      last += 1;
      const numbered = { ...event, seq: last } as ChatEvent;
      recent.push(numbered);
      recent.splice(0, recent.length - kept);
      for (const listener of listeners) {
        try {
          listener(numbered);
        } catch (error) {
          // What shows a deployment must never stop it.
          onError(error);
        }
      }
    },
    subscribe(lastSeq, listener) {
      if (lastSeq !== null && lastSeq !== last) {
        const oldest = recent[0]?.seq ?? last + 1;
        if (lastSeq >= oldest - 1 && lastSeq <= last) {
          recent.filter((event) => event.seq > lastSeq).forEach(listener);
        } else {
          listener({ kind: "reset", seq: last });
        }
      }
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
