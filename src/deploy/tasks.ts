import type { Host } from "../fleet/host.ts";
import type { LogFile } from "../logs/log-files.ts";
import { hintFor } from "../nix/hints.ts";
import { CommandError, lastLines, ShellError } from "../remote/shell.ts";
import { concludeFromHost } from "./conclude.ts";
import { type Phase, type PhaseContext, PhaseError, type PhaseResult } from "./context.ts";
import { awaitsDecision, type Deployment, isOpen } from "./deployment.ts";
import { releaseSystems } from "./gc-roots.ts";
import { type EngineParts, hostOf, now } from "./parts.ts";
import { type End, endDeployment, enterPhase, expireDeployment } from "./transitions.ts";

/** Why the signal of a deployment was aborted. */
export interface Stop {
  readonly outcome: "cancelled" | "failed";
  readonly message: string;
}

/** One deployment at work in this process. */
export interface Task {
  readonly id: string;
  readonly host: Host;
  readonly context: PhaseContext;
  readonly log: LogFile;
  /** Changes the record in the store by a pure function. */
  change(by: (latest: Deployment) => Deployment): Promise<void>;
  stop(why: Stop): void;
  stopped(): Stop | null;
  /** Called when a decision was stored, so that the waiting phase looks. */
  wake(): void;
}

/** Makes what the phases of a deployment work with. */
export function openTask(parts: EngineParts, first: Deployment, log: LogFile): Task {
  const host = hostOf(parts, first.host);
  const controller = new AbortController();
  const { clock, store, shells } = parts;
  let record = first;
  let stop: Stop | null = null;
  let wake: () => void = () => {};

  async function change(by: (latest: Deployment) => Deployment): Promise<void> {
    const changed = await persist(parts, () =>
      store.update(first.id, (latest) => masked(parts, by(latest), latest)),
    );
    if (changed !== undefined) {
      record = changed;
      parts.onChange(changed);
    }
  }

  /** Until the record no longer awaits a decision; the time to expire is kept by the clock. */
  async function decided(): Promise<void> {
    for (;;) {
      record = (await store.deployment(first.id)) ?? record;
      const expiresAt = Date.parse(record.confirmation?.expiresAt ?? "");
      controller.signal.throwIfAborted();
      if (!awaitsDecision(record)) {
        return;
      }
      if (clock.now() > expiresAt) {
        await change((latest) => expireDeployment(latest, now(parts)));
        continue;
      }
      const woken = new AbortController();
      wake = () => woken.abort();
      const signal = AbortSignal.any([woken.signal, controller.signal]);
      // It wakes now and then all the same: a click on another surface must never be missed.
      await clock.sleep(Math.min(expiresAt - clock.now() + 1, 5_000), signal).catch(() => {});
    }
  }

  const context: PhaseContext = {
    host,
    fleet: parts.fleet(),
    repository: parts.settings.flake,
    builder: shells.builder,
    target: shells.host(host.target),
    fresh: shells.fresh(host.target),
    clock,
    log,
    signal: controller.signal,
    supervisorLog: { offset: 0 },
    record: () => record,
    save: (patch) => change((latest) => ({ ...latest, ...patch })),
    say(text) {
      log.line(text);
      parts.onProgress({ deployment: first.id, phase: record.phase, text, done: 0, expected: 0 });
    },
    progress: (text, done, expected) =>
      parts.onProgress({ deployment: first.id, phase: record.phase, text, done, expected }),
    setInventory: (hosts) => store.setInventory(hosts),
    decided,
  };

  return {
    id: first.id,
    host,
    context,
    log,
    change,
    stop(why) {
      stop ??= why;
      controller.abort(new Error(why.message));
    },
    stopped: () => stop,
    wake: () => wake(),
  };
}

/** Milliseconds: how often, and for how long, a write is tried that the disk refuses. */
const writePause = 2_000;
const writePatience = 10 * 60_000;

/** A full disk is often mended in minutes, and a switch under way must not lose its bot for it. */
async function persist<T>(parts: EngineParts, write: () => Promise<T>): Promise<T> {
  const until = parts.clock.now() + writePatience;
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (parts.clock.now() >= until) {
        throw error;
      }
      parts.log.error({ err: error }, "writing a record: it is tried again");
      await parts.clock.sleep(writePause);
    }
  }
}

/** The record with the bot's own secrets masked, since it goes to every surface. */
function masked(parts: EngineParts, next: Deployment, latest: Deployment): Deployment {
  if (next === latest) {
    return latest;
  }
  const text = JSON.stringify(next);
  const safe = parts.redact(text);
  return safe === text ? next : (JSON.parse(safe) as Deployment);
}

/** Goes through the phases, from the one named on; never rejects for what a phase ran into. */
export async function runPhases(parts: EngineParts, task: Task, phases: readonly Phase[]): Promise<void> {
  for (const phase of phases) {
    await enter(parts, task, phase);
    const result = await runPhase(task, phase);
    if (result.kind === "end") {
      await finish(parts, task, result);
      return;
    }
  }
}

export async function enter(parts: EngineParts, task: Task, phase: Phase): Promise<void> {
  task.log.line(`--- ${phase.name}`);
  await task.change((latest) => enterPhase(latest, phase.name, now(parts)));
}

export async function runPhase(task: Task, phase: Phase): Promise<PhaseResult> {
  const { context } = task;
  try {
    if (!isSupervised(phase)) {
      context.signal.throwIfAborted();
    }
    return await phase.run(context);
  } catch (error) {
    const stop = task.stopped();
    if (stop !== null && !isSupervised(phase)) {
      return { kind: "end", outcome: stop.outcome, message: stop.message };
    }
    // From the switch on, a mistake of ours says nothing about the host: it is asked.
    if (isSupervised(phase)) {
      context.log.line(error instanceof Error ? (error.stack ?? error.message) : String(error));
      return concludeFromHost(
        context,
        context.record().supervisedUntil === null ? null : { kind: "activating" },
      );
    }
    return { kind: "end", ...explain(error) };
  }
}

function isSupervised(phase: Phase): boolean {
  return phase.name === "switch" || phase.name === "validate";
}

function explain(error: unknown): End {
  if (error instanceof PhaseError) {
    return { outcome: "failed", message: error.message, help: error.help, lines: error.lines };
  }
  if (error instanceof CommandError) {
    const lines = lastLines(error.exit.stderr || error.exit.stdout, 12);
    return { outcome: "failed", message: error.message, help: hintFor(lines), lines };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { outcome: "failed", message, help: error instanceof ShellError ? hintFor([message]) : null };
}

/** Ends the record, then tidies the host and the log. */
export async function finish(parts: EngineParts, task: Task, end: End): Promise<void> {
  const { store, logs, audit, log } = parts;
  for (const line of end.lines ?? []) {
    task.log.line(`  ${line}`);
  }
  task.log.line(`=== ${end.outcome}: ${end.message}`);
  await task.log.close();
  await task.change((latest) => endDeployment(latest, end, now(parts)));
  const record = await store.deployment(task.id);
  if (record === undefined || isOpen(record)) {
    return;
  }
  await settleAll(log, [
    logs.writeInfo(record),
    audit({
      who: record.requestedBy,
      what: "ended",
      about: record.id,
      detail: `${record.outcome}: ${record.message}`,
    }),
    ...(record.mode === "build-only" || record.previous === null
      ? []
      : [releaseSystems(task.context.target, record.id)]),
  ]);
}

/** What only tidies up must not change how a deployment ended. */
async function settleAll(log: EngineParts["log"], work: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) {
    if (result.status === "rejected") {
      log.warn({ err: result.reason }, "tidying up after a deployment");
    }
  }
}
