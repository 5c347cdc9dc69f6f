import type { Desk } from "../../src/chat/desk.ts";
import { noPlace, type Places } from "./bounded.ts";
import type { WebContext, WebLog } from "./types.ts";

/** Where a reader goes on that has the bytes before: one piece, which ends where something is left out. */
function askedFrom(c: WebContext): number | null {
  const digits = /^\d{1,15}$/.exec(c.req.query("from") ?? "")?.[0];
  return digits === undefined ? null : Number(digits);
}

/** Streams a log as fast as the client reads it; a client that goes away ends the reading behind it. */
export async function logAnswer(
  c: WebContext,
  desk: Desk,
  id: string,
  log: WebLog,
  open: Places,
): Promise<Response | undefined> {
  const gone = new AbortController();
  const leave = open.take(desk.takerOf(c.var.who));
  if (leave === null) return noPlace(c);
  const from = askedFrom(c);
  const piece = await desk
    .log(id, { follow: c.req.query("follow") === "1", from, signal: gone.signal })
    .catch((error: unknown) => {
      leave();
      throw error;
    });
  if (piece === undefined) {
    leave();
    return undefined;
  }
  const reading = piece.chunks[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reading.next();
        if (done === true) {
          leave();
          controller.close();
        } else controller.enqueue(value);
      } catch (error) {
        leave();
        if (gone.signal.aborted) return;
        log.error({ deployment: id, err: error }, "reading a deployment's log");
        // A cut connection says "not all of it"; a clean end would not.
        c.env.outgoing.destroy();
      }
    },
    cancel() {
      leave();
      gone.abort();
      // Not awaited: a reader that waits for the next line ends when it sees the signal.
      reading.return?.(undefined).catch(() => {});
    },
  });
  return c.body(body, 200, {
    "content-type": "text/plain; charset=utf-8",
    "x-accel-buffering": "no",
    ...(from === null ? {} : { "x-log-from": String(piece.from), "x-log-words": String(piece.words) }),
  });
}
