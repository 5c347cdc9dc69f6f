import type { Clock } from "../config/clock.ts";
import type { Store } from "../store/store.ts";
import type { ThreadState } from "../store/thread-state.ts";
import { type Channel, DeliveryError } from "./channel.ts";
import type { Desk } from "./desk.ts";
import { createPacer, type Pace } from "./pacer.ts";
import type { Thread } from "./thread.ts";
import { deliver, EditFailed, planDelivery, postponeEdit, type ThreadParts } from "./thread-delivery.ts";

export interface LiveThreadsOptions {
  readonly channel: Channel;
  /** What its threads are kept under: the surface's name, unless they stand in a channel beside its own. */
  readonly place?: string;
  readonly desk: Pick<Desk, "subscribe">;
  readonly store: Pick<Store, "open" | "threads" | "saveThread" | "removeThread">;
  /** Draws a run as it should stand now; undefined for one that nobody knows. */
  readonly draw: (run: string) => Promise<Thread | undefined>;
  readonly contentOf: ThreadParts["contentOf"];
  readonly clock: Clock;
  readonly log: { warn(details: object, message: string): void };
  readonly posts: Pace;
  readonly edits: Pace;
}

export interface LiveThreads {
  /** Takes up the threads that were not finished when the bot stopped. */
  start(): Promise<void>;
  stop(): Promise<void>;
  health(): { readonly ok: boolean; readonly detail: string };
}

const firstPause = 1_000;
const longestPause = 60_000;
/** How many complete threads are remembered; late events come within seconds. */
const mostRemembered = 1_000;

/**
 * Keeps the threads of a platform as the records say they should be. What should stand there is drawn anew from
 * the records each time and compared with what was delivered, so a platform that was away is simply caught up
 * with: nothing waits in a queue that could overflow or be lost, and only the latest state is sent. One run
 * is worked on by one worker; all of them share the platform's pace.
 */
export function liveThreads(options: LiveThreadsOptions): LiveThreads {
  const { channel, place = channel.surface, desk, store, clock, log } = options;
  const ending = new AbortController();
  const { signal } = ending;
  const workers = new Map<string, { isDirty: boolean; wake: () => void; done: Promise<void> }>();
  const trouble = new Map<string, string>();
  const parts: ThreadParts = {
    channel,
    clock,
    contentOf: options.contentOf,
    save: (state) => store.saveThread(state),
    lastEdits: new Map(),
  };
  const posts = createPacer(options.posts, clock);
  const edits = createPacer(options.edits, clock);
  /** Runs whose threads are complete: a late event must not begin them anew. */
  const complete = new Set<string>();
  function remember(run: string): void {
    complete.add(run);
    const [oldest] = complete;
    if (complete.size > mostRemembered && oldest !== undefined) {
      complete.delete(oldest);
    }
  }
  let unsubscribe = () => {};

  function touch(run: string, known?: ThreadState): void {
    const worker = workers.get(run);
    if (worker !== undefined) {
      worker.isDirty = true;
      worker.wake();
    } else if (!signal.aborted && !complete.has(run)) {
      const fresh = { isDirty: true, wake: () => {}, done: Promise.resolve() };
      workers.set(run, fresh);
      fresh.done = work(run, fresh, known)
        .catch((error: unknown) => {
          if (!signal.aborted) {
            log.warn({ err: error, run }, `${place}: a thread could not be kept`);
          }
        })
        .finally(() => {
          workers.delete(run);
          trouble.delete(run);
        });
    }
  }

  async function work(
    run: string,
    worker: { isDirty: boolean; wake: () => void },
    known?: ThreadState,
  ): Promise<void> {
    const stored = known ?? (await store.threads()).find((one) => one.run === run && one.surface === place);
    const state: ThreadState = stored ?? { surface: place, run, messages: {}, repairs: 0, files: {} };
    if (stored === undefined) {
      if ((await options.draw(run)) === undefined) {
        return;
      }
      // From here on the thread is owed, whatever happens to the bot.
      await store.saveThread(state);
    }
    let pause = firstPause;
    while (!signal.aborted) {
      worker.isDirty = false;
      const thread = await options.draw(run);
      if (thread === undefined) {
        await store.removeThread(state);
        return;
      }
      try {
        const next = planDelivery(parts, state, thread);
        if (next.kind === "settled" && thread.isOver && !worker.isDirty) {
          remember(run);
          await store.removeThread(state);
          return;
        }
        if (next.kind === "settled" || next.kind === "later") {
          await restUntilChanged(worker, next.kind === "later" ? next.milliseconds : null);
        } else {
          await takeTurn(run, state, next.kind === "edit" ? "edit" : "post");
        }
        pause = firstPause;
        trouble.delete(run);
      } catch (error) {
        if (signal.aborted) {
          return;
        }
        const wait = waitAfter(error, run, pause);
        pause = Math.min(longestPause, pause * 2);
        if (!(error instanceof EditFailed)) {
          await clock.sleep(wait, signal).catch(() => {});
        } else {
          // The others need not wait for one message that cannot be edited now.
          postponeEdit(parts, error.ref, wait);
        }
      }
    }
  }

  /** Waits for a turn, and then sends what should stand there by now, not what should have before the wait. */
  async function takeTurn(run: string, state: ThreadState, kind: "post" | "edit"): Promise<void> {
    await (kind === "edit" ? edits : posts)(signal);
    const thread = await options.draw(run);
    const next = thread === undefined ? null : planDelivery(parts, state, thread);
    if (thread === undefined || next === null || next.kind === "settled" || next.kind === "later") {
      return;
    }
    if ((next.kind === "edit") === (kind === "edit")) {
      await deliver(parts, state, thread, next);
    }
  }

  /** How long to wait after a failure, in milliseconds; says so, unless it is a mere rate limit. */
  function waitAfter(failed: unknown, run: string, pause: number): number {
    const error = failed instanceof EditFailed ? failed.cause : failed;
    const failure = error instanceof DeliveryError ? error.failure : "temporary";
    const why = error instanceof Error ? error.message : String(error);
    if (failure !== "rate-limited") {
      trouble.set(run, why);
      log.warn({ err: error, run }, `${place}: a message could not be delivered; it is tried again`);
    }
    if (error instanceof DeliveryError && error.retryAfter !== null) {
      return error.retryAfter;
    }
    return failure === "permanent" ? longestPause : pause;
  }

  /** Until something changed, or that long where `milliseconds` are given. */
  async function restUntilChanged(
    worker: { isDirty: boolean; wake: () => void },
    milliseconds: number | null,
  ): Promise<void> {
    if (worker.isDirty || signal.aborted) {
      return;
    }
    const changed = Promise.withResolvers<void>();
    const over = new AbortController();
    worker.wake = changed.resolve;
    const due =
      milliseconds === null
        ? changed.promise
        : clock.sleep(milliseconds, AbortSignal.any([signal, over.signal])).catch(() => {});
    await Promise.race([changed.promise, due]);
    over.abort();
    worker.wake = () => {};
  }

  return {
    async start() {
      unsubscribe = desk.subscribe(null, (event) => {
        if (event.kind !== "reset") {
          touch(event.kind === "run" ? event.run.id : event.deployment.run);
        }
      });
      for (const thread of await store.threads()) {
        if (thread.surface === place) {
          touch(thread.run, thread);
        }
      }
      for (const deployment of await store.open()) {
        touch(deployment.run);
      }
    },
    async stop() {
      unsubscribe();
      ending.abort();
      for (const worker of workers.values()) {
        worker.wake();
      }
      await Promise.allSettled([...workers.values()].map(({ done }) => done));
    },
    health() {
      const [why] = trouble.values();
      return why === undefined
        ? { ok: true, detail: `${workers.size} threads` }
        : { ok: false, detail: `${trouble.size} threads wait: ${why}` };
    },
  };
}
