import type { Desk } from "../../src/chat/desk.ts";
import type { WebContext, WebLog } from "./types.ts";

/** Streams a log as fast as the client reads it; a client that goes away ends the reading behind it. */
export async function logAnswer(
  c: WebContext,
  desk: Desk,
  id: string,
  log: WebLog,
): Promise<Response | undefined> {
  const gone = new AbortController();
  const chunks = await desk.log(id, { follow: c.req.query("follow") === "1", signal: gone.signal });
  if (chunks === undefined) return undefined;
  const reading = chunks[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reading.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        if (gone.signal.aborted) return;
        log.error({ deployment: id, err: error }, "reading a deployment's log");
        // A cut connection says "not all of it"; a clean end would not.
        c.env.outgoing.destroy();
      }
    },
    cancel() {
      gone.abort();
      // Not awaited: a reader that waits for the next line ends when it sees the signal.
      reading.return?.().catch(() => {});
    },
  });
  return c.body(body, 200, { "content-type": "text/plain; charset=utf-8", "x-accel-buffering": "no" });
}
