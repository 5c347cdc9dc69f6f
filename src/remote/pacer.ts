import type { Readable } from "node:stream";
import { deadlines } from "../config/deadlines.ts";

/** Stops reading a command's output while whoever takes it is not ready, so that nothing piles up in between. */
export function pacer(streams: readonly Readable[], whenReady: (() => Promise<void> | null) | undefined) {
  let isPaused = false;

  async function wait(ready: Promise<void>): Promise<void> {
    isPaused = true;
    for (const stream of streams) {
      stream.pause();
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, deadlines.slowDisk);
    });
    await Promise.race([ready.catch(() => {}), late]);
    clearTimeout(timer);
    isPaused = false;
    for (const stream of streams) {
      stream.resume();
    }
  }

  return {
    isPaused: () => isPaused,
    /** To be called after each chunk. */
    look(): void {
      const ready = isPaused ? null : (whenReady?.() ?? null);
      if (ready !== null) {
        void wait(ready);
      }
    },
  };
}
