import type { ChatEvent, Desk } from "../../src/chat/desk.ts";
import { noPlace, places } from "./bounded.ts";
import { publicRecord } from "./records.ts";
import type { WebContext, WebLog } from "./types.ts";

const heartbeatMs = 15_000;
const maxQueuedBytes = 1024 * 1024;

export interface EventStreams {
  /** `mayLook` is asked again while the stream lasts. */
  answer(c: WebContext, mayLook: () => boolean): Response;
  closeAll(): void;
}

/** Server-sent events to every page and terminal that listens. */
export function eventStreams(desk: Desk, log: WebLog): EventStreams {
  const closers = new Set<() => void>();
  const open = places();
  return {
    answer(c, mayLook) {
      const leave = open.take(desk.takerOf(c.var.who));
      if (leave === null) return noPlace(c);
      const lastSeq = lastSeen(c);
      let end = () => {};
      const body = new ReadableStream<Uint8Array>(
        {
          start(controller) {
            let ended = false;
            const close = () => {
              end();
              controller.close();
            };
            const send = (chunk: string) => {
              if (ended) return;
              if (!mayLook()) return close();
              controller.enqueue(encoder.encode(chunk));
              if ((controller.desiredSize ?? 0) > 0) return;
              log.warn(
                { queued: maxQueuedBytes },
                "a page reads its events too slowly; closed, it will resume",
              );
              end();
              c.env.outgoing.destroy();
            };
            // Without a first byte some proxies hold the headers back, and the page would wait for its "open".
            send("retry: 1500\n: hello\n\n");
            const heartbeat = setInterval(() => send(": heartbeat\n\n"), heartbeatMs);
            let replay: ChatEvent[] | null = [];
            const unsubscribe = desk.subscribe(lastSeq, (event) => {
              if (replay === null) send(frame(event));
              else replay.push(event);
            });
            // What was missed is sent at once, before anything can be read: too much of it would only be cut again.
            const missed = replay.map(frame);
            const last = replay.at(-1);
            replay = null;
            if (last !== undefined && missed.join("").length > maxQueuedBytes / 2) {
              send(frame({ kind: "reset", seq: last.seq }));
            } else {
              missed.forEach(send);
            }
            end = () => {
              ended = true;
              leave();
              clearInterval(heartbeat);
              unsubscribe();
              closers.delete(close);
            };
            closers.add(close);
          },
          cancel: () => end(),
        },
        { highWaterMark: maxQueuedBytes, size: (chunk) => chunk.byteLength },
      );
      return c.body(body, 200, {
        "content-type": "text/event-stream; charset=utf-8",
        "x-accel-buffering": "no",
      });
    },
    closeAll() {
      for (const close of [...closers]) close();
    },
  };
}

const encoder = new TextEncoder();
const frames = new WeakMap<ChatEvent, string>();

/** Written once for all who listen. */
function frame(event: ChatEvent): string {
  const known = frames.get(event);
  if (known !== undefined) return known;
  const data = event.kind === "deployment" ? { ...event, deployment: publicRecord(event.deployment) } : event;
  const made = `id: ${event.seq}\nevent: ${event.kind}\ndata: ${JSON.stringify(data)}\n\n`;
  frames.set(event, made);
  return made;
}

/** The header is what a browser sends when it reconnects by itself; the query is for a page that starts anew. */
function lastSeen(c: WebContext): number | null {
  const value = c.req.header("last-event-id") ?? c.req.query("lastEventId") ?? "";
  return /^\d{1,15}$/.test(value) ? Number(value) : null;
}
