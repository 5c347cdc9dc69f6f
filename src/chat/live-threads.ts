import type { Clock } from "../config/clock.ts";
import { repairs } from "../config/repairs.ts";
import type { Store } from "../store/store.ts";
import { newThreadState, type ThreadState } from "../store/thread-state.ts";
import { type Channel, DeliveryError } from "./channel.ts";
import { deliveryHealth } from "./delivery-health.ts";
import type { Desk } from "./desk.ts";
import { withLosses } from "./losses.ts";
import { createPacer, type Pace } from "./pacer.ts";
import type { Thread } from "./thread.ts";
import { deliver, planDelivery, postponeEdit, type ThreadParts } from "./thread-delivery.ts";
import { EditFailed, FileFailed, waitAfter } from "./thread-repair.ts";

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
  /** Milliseconds after which a run that has ended, and of which nothing could be shown, is done without; else it is owed for ever. */
  readonly owedFor?: number;
  /** From 0 to 1. */
  readonly random?: () => number;
}

export interface LiveThreads {
  /** Takes up the threads that were not finished when the bot stopped. */
  start(): Promise<void>;
  stop(): Promise<void>;
  health(): { readonly ok: boolean; readonly detail: string };
}

/** How many complete threads are remembered; late events come within seconds. */
const mostRemembered = 1_000;

interface Worker {
  isDirty: boolean;
  /** In a row. */
  failures: number;
  /** Whether it was woken since something of it last worked. */
  wasWoken: boolean;
  wake: () => void;
  done: Promise<void>;
}

/**
 * Keeps the threads of a platform as the records say they should be. What should stand there is drawn anew from
 * the records each time and compared with what was delivered, so a platform that was away is simply caught up
 * with: nothing waits in a queue that could overflow or be lost, and only the latest state is sent. One run
 * is worked on by one worker; all of them share the platform's pace.
 */
export function liveThreads(options: LiveThreadsOptions): LiveThreads {
  const { channel, place = channel.surface, desk, store, clock, log, random = Math.random } = options;
  const ending = new AbortController();
  const { signal } = ending;
  const workers = new Map<string, Worker>();
  const told = deliveryHealth();
  /** Those that wait for the platform to be back, and may be woken by the first delivery that works. */
  const asleep = new Set<() => void>();
  const parts: ThreadParts = {
    channel,
    clock,
    contentOf: options.contentOf,
    save: (state) => store.saveThread(state),
    lastEdits: new Map(),
    filesDue: new Map(),
    random,
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
      const fresh: Worker = {
        isDirty: true,
        failures: 0,
        wasWoken: false,
        wake: () => {},
        done: Promise.resolve(),
      };
      workers.set(run, fresh);
      fresh.done = work(run, fresh, known)
        .catch((error: unknown) => {
          if (!signal.aborted) {
            log.warn({ err: error, run }, `${place}: a thread could not be kept`);
          }
        })
        .finally(() => {
          workers.delete(run);
          told.forget(run);
        });
    }
  }

  async function work(run: string, worker: Worker, known?: ThreadState): Promise<void> {
    const stored = known ?? (await store.threads()).find((one) => one.run === run && one.surface === place);
    const state: ThreadState = stored ?? newThreadState(place, run);
    if (stored === undefined) {
      if ((await options.draw(run)) === undefined) {
        return;
      }
      // From here on the thread is owed, whatever happens to the bot.
      await store.saveThread(state);
    }
    while (!signal.aborted) {
      worker.isDirty = false;
      const drawn = await options.draw(run);
      if (drawn === undefined) {
        await store.removeThread(state);
        return;
      }
      const thread = withLosses(drawn, state);
      if (state.ended !== undefined) {
        told.ended(run, state.ended);
      }
      const next = planDelivery(parts, state, thread);
      const isTooOld = thread.isOver && owedTooLong(thread, state);
      if (isTooOld) {
        told.lost("post", `${thread.name}: nothing could be posted for too long`);
      }
      if (isTooOld || (next.kind === "settled" && thread.isOver && !worker.isDirty)) {
        remember(run);
        await store.removeThread(state);
        return;
      }
      if (next.kind === "settled") {
        told.settled(run);
      }
      if (next.kind === "settled" || next.kind === "later") {
        await restUntilChanged(worker, next.kind === "later" ? next.milliseconds : null);
        continue;
      }
      const losses = state.losses?.length ?? 0;
      try {
        if (await takeTurn(run, state, next.kind === "edit" ? "edit" : "post")) {
          wakeOthers();
        }
        worker.failures = 0;
        worker.wasWoken = false;
      } catch (error) {
        if (signal.aborted) {
          return;
        }
        const last = state.losses?.at(-1);
        if (last !== undefined && (state.losses?.length ?? 0) > losses) {
          told.lost(next.kind, last);
        }
        worker.failures += 1;
        await afterFailure(error, run, worker);
      }
    }
  }

  /** Waits as long as the failure asks for; what one message or file has to wait for, the others need not. */
  async function afterFailure(failed: unknown, run: string, worker: Worker): Promise<void> {
    const isAside = failed instanceof EditFailed || failed instanceof FileFailed;
    const error = isAside ? failed.cause : failed;
    const failure = error instanceof DeliveryError ? error.failure : "temporary";
    if (failure !== "rate-limited") {
      told.waits(run, error instanceof Error ? error.message : String(error));
      log.warn({ err: error, run }, `${place}: a message could not be delivered`);
    }
    const repair = failed instanceof EditFailed ? repairs.edit : repairs.thread;
    const wait = waitAfter(error, repair, worker.failures, random());
    if (failed instanceof EditFailed) {
      postponeEdit(parts, failed.ref, wait);
    } else if (!isAside) {
      await sleepUntilItWorks(wait, worker, failure === "temporary").catch(() => {});
    }
  }

  /**
   * A pause ends when another thread gets something through: then the platform is back. Once in a row of failures, so
   * that a thread that fails for a reason of its own does not keep the pace of the others.
   */
  async function sleepUntilItWorks(wait: number, worker: Worker, isOutage: boolean): Promise<void> {
    const woken = new AbortController();
    const wake = () => {
      worker.wasWoken = true;
      woken.abort();
    };
    if (isOutage && !worker.wasWoken) {
      asleep.add(wake);
    }
    try {
      await clock.sleep(wait, AbortSignal.any([signal, woken.signal]));
    } finally {
      asleep.delete(wake);
    }
  }

  function wakeOthers(): void {
    for (const wake of asleep) {
      wake();
    }
  }

  function owedTooLong({ run }: Thread, { messages }: ThreadState): boolean {
    const { owedFor = Number.POSITIVE_INFINITY } = options;
    return (
      clock.now() - Date.parse(run.createdAt) > owedFor &&
      Object.values(messages).every(({ ref }) => ref === null)
    );
  }

  /** Waits for a turn, and then sends what should stand there by now, not what should have before the wait; whether it did. */
  async function takeTurn(run: string, state: ThreadState, kind: "post" | "edit"): Promise<boolean> {
    await (kind === "edit" ? edits : posts)(signal);
    const drawn = await options.draw(run);
    const thread = drawn === undefined ? undefined : withLosses(drawn, state);
    const next = thread === undefined ? null : planDelivery(parts, state, thread);
    if (thread === undefined || next === null || next.kind === "settled" || next.kind === "later") {
      return false;
    }
    if ((next.kind === "edit") !== (kind === "edit")) {
      return false;
    }
    await deliver(parts, state, thread, next);
    told.works(run, next.kind);
    return true;
  }

  /** Until something changed, or that long where `milliseconds` are given. */
  async function restUntilChanged(worker: Worker, milliseconds: number | null): Promise<void> {
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
    health: () => told.words(workers.size),
  };
}
