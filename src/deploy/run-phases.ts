import { hintFor, knownError } from "../nix/hints.ts";
import { CommandError, lastLines, ShellError } from "../remote/shell.ts";
import { decidedEntry, endedEntry } from "./audit-entries.ts";
import { concludeFromHost } from "./conclude.ts";
import { end, type Phase, PhaseError, type PhaseResult } from "./context.ts";
import { type Deployment, type Diagnosis, isOpen, type Outcome, type PhaseName } from "./deployment.ts";
import { lockAfter } from "./lock-hosts.ts";
import { usesBuilder } from "./modes.ts";
import { type EngineParts, now } from "./parts.ts";
import { endOwnProcesses } from "./processes.ts";
import { sweepBuilder, sweepHost } from "./sweep.ts";
import type { Stop, Task } from "./tasks.ts";
import { type End, endDeployment, enterPhase } from "./transitions.ts";
import { waitForTurn } from "./turns.ts";
import { heldEnd, watchOrEnd } from "./watching.ts";

/** How a phase went; `left` stays open, as the bot was stopped meanwhile. */
export type Ran = PhaseResult | { readonly kind: "left" };

/** Goes through the phases, from the one named on; never rejects for what a phase ran into. */
export async function runPhases(parts: EngineParts, task: Task, phases: readonly Phase[]): Promise<void> {
  if (phases[0]?.name === "check") {
    const turn = await takePlace(parts, task);
    if (turn.kind !== "next") {
      await conclude(parts, task, turn);
      return;
    }
    void sweepFor(parts, task);
  }
  for (const phase of phases) {
    const { context } = task;
    const rightsNow = async () => (await context.rightsNow()).rights;
    if ((await phase.isNeeded?.(context.record(), rightsNow)) === false) {
      continue;
    }
    await enter(parts, task, phase);
    const stop = task.stopped();
    // A cancel that came while the card was left: a supervised phase looks at no signal, so it must not begin.
    const result =
      stop?.kind === "cancelled" && isSupervised(phase)
        ? await stopped(parts, task, stop, "confirm")
        : await runPhase(parts, task, phase);
    if (phase.waitsForPeople === true) {
      await noteDecision(parts, task);
    }
    if (result.kind !== "next") {
      await conclude(parts, task, result);
      return;
    }
  }
}

/** Waits for the host. A cancel or a shutdown ends the wait as it ends a phase. */
export function takePlace(parts: EngineParts, task: Task): Promise<Ran> {
  return runPhase(parts, task, { name: "check", run: () => waitForTurn(parts, task) });
}

/** A disk that takes no audit must not keep a host from switching: the entry is kept, and is written later. */
async function noteDecision({ audit, log }: EngineParts, task: Task): Promise<void> {
  const entry = decidedEntry(task.context.record());
  if (entry !== null) {
    await settleAll(log, [audit(entry)]);
  }
}

/** Takes away what is over. A machine that was away may have something of ours from before, so it is done first, too. */
async function sweepFor(parts: EngineParts, task: Task): Promise<void> {
  const { mode, host } = task.context.record();
  await Promise.all([
    ...(!usesBuilder(mode) ? [] : [sweepBuilder(parts)]),
    ...(mode === "build-only" ? [] : [sweepHost(parts, host)]),
  ]);
}

export async function enter(parts: EngineParts, task: Task, phase: Phase): Promise<void> {
  task.log.line(`--- ${phase.name}`);
  await task.change((latest) => enterPhase(latest, phase.name, now(parts)));
}

export async function runPhase(parts: EngineParts, task: Task, phase: Phase): Promise<Ran> {
  const { context } = task;
  try {
    if (!isSupervised(phase)) {
      context.signal.throwIfAborted();
    }
    return await phase.run(context);
  } catch (error) {
    if (phase.name === "monitor") {
      return leaveWatching(task, error);
    }
    // From the switch on, a mistake of ours says nothing about the host: it is asked.
    if (isSupervised(phase)) {
      context.log.line(error instanceof Error ? (error.stack ?? error.message) : String(error));
      context.supervisorSaid.push(error instanceof Error ? error.message : String(error));
      const { supervisedUntil } = context.record();
      const last = supervisedUntil === null ? null : ({ kind: "activating" } as const);
      return watchOrEnd(context, await concludeFromHost(context, last));
    }
    const stop = task.stopped();
    return stop === null ? failed(parts, task, error) : stopped(parts, task, stop, phase.name);
  }
}

function isSupervised(phase: Phase): boolean {
  return phase.name === "switch" || phase.name === "validate";
}

/** The switch has ended well already, whatever becomes of the watching. */
async function leaveWatching(task: Task, error: unknown): Promise<Ran> {
  const stop = task.stopped();
  const { monitor } = task.context.record();
  if (monitor === null) {
    throw error;
  }
  switch (stop?.kind) {
    case "shutdown":
      return left(task, "(the bot was stopped; it watches on when it is back)");
    case "cancelled":
      return end(heldEnd(monitor, `Watching was ended by ${stop.by.name}.`));
    case "rollback":
      return end(heldEnd(monitor, `Watching ended, as ${stop.by.name} rolls it back.`));
    case undefined: {
      const why = error instanceof Error ? error.message : String(error);
      return end(heldEnd(monitor, `It could not be watched to the end: ${why}`));
    }
  }
}

async function left(task: Task, line: string): Promise<Ran> {
  task.log.line(line);
  await task.log.close();
  return { kind: "left" };
}

/** A cancel is said to be one only when nothing of it runs any more. */
async function stopped(parts: EngineParts, task: Task, stop: Stop, phase: PhaseName): Promise<Ran> {
  const alive = await endOwnProcesses(parts, task);
  if (stop.kind === "shutdown") {
    return left(task, "(the bot was stopped; this is begun again when it is back)");
  }
  const what = `Cancelled by ${stop.by.name} during ${phase}; the running system is untouched`;
  return alive === null
    ? { kind: "end", outcome: "cancelled", message: `${what}.` }
    : {
        kind: "end",
        outcome: "failed",
        message: `${what}, but nobody saw its work end.`,
        help: "The bot ends what is left when it next reaches that machine.",
        lines: alive,
      };
}

/** Where a command's end was not seen it may still run, and is ended before anything is said. */
async function failed(parts: EngineParts, task: Task, error: unknown): Promise<Ran> {
  const explained = explain(error);
  const mayRun =
    error instanceof ShellError && error.failure !== "unreachable" && error.failure !== "not-found";
  const alive = mayRun ? await endOwnProcesses(parts, task) : null;
  return { kind: "end", ...explained, lines: [...(explained.lines ?? []), ...(alive ?? [])] };
}

function explain(error: unknown): End {
  if (error instanceof PhaseError) {
    const { message, help, lines, diagnosis } = error;
    return { outcome: "failed", message, help, lines, diagnosis };
  }
  if (error instanceof CommandError) {
    const lines = lastLines(error.exit.stderr || error.exit.stdout, 12);
    return { outcome: "failed", message: error.message, help: hintFor(lines), lines };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { outcome: "failed", message, help: error instanceof ShellError ? hintFor([message]) : null };
}

/** Ends the record where the phase ended it. */
export async function conclude(
  parts: EngineParts,
  task: Task,
  result: Exclude<Ran, { kind: "next" }>,
): Promise<void> {
  if (result.kind === "end") {
    await finish(parts, task, result);
  }
}

/** Ends the record, then tidies the machines and the log. */
export async function finish(parts: EngineParts, task: Task, end: End): Promise<void> {
  const { store, logs, audit, log } = parts;
  for (const line of end.lines ?? []) {
    task.log.line(`  ${line}`);
  }
  task.log.line(`=== ${end.outcome}: ${end.message}`);
  await task.log.close();
  // Before the record ends: a crash in between must not leave the host open to the next deployment.
  await lockAfter(parts, { ...task.context.record(), outcome: end.outcome });
  await task.change((latest) =>
    endDeployment(latest, { ...end, diagnosis: end.diagnosis ?? diagnose(end, latest) }, now(parts)),
  );
  const record = await store.deployment(task.id);
  if (record === undefined || isOpen(record)) {
    return;
  }
  await settleAll(log, [logs.writeInfo(record), audit(endedEntry(record)), sweepFor(parts, task)]);
}

const unhappy: ReadonlySet<Outcome> = new Set(["failed", "rolled-back", "rollback-failed"]);

/** The known error in the lines that a deployment ends with. */
function diagnose({ outcome, message, lines = [] }: End, { source }: Deployment): Diagnosis | null {
  return unhappy.has(outcome) ? (knownError(lines, source) ?? knownError([message], source)) : null;
}

/** What only tidies up must not change how a deployment ended. */
async function settleAll(log: EngineParts["log"], work: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) {
    if (result.status === "rejected") {
      log.warn({ err: result.reason }, "tidying up after a deployment");
    }
  }
}
