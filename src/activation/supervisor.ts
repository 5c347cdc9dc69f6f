import type { Clock } from "../config/clock.ts";
import { deadlines } from "../config/deadlines.ts";
import { mustRun, type Shell, ShellError } from "../remote/shell.ts";
import type { AnswerWords } from "./answer-words.ts";
import { claimArgv, type Plan, startArgv, supervisorArgv } from "./plan.ts";
import { supervisorScript } from "./script.ts";
import { type FinalState, isFinal, readSighting, type Sighting, type SupervisorState } from "./state.ts";

export interface SupervisorLink {
  readonly id: string;
  readonly answers: AnswerWords;
  /** The old toplevel, whose tools the supervisor uses. */
  readonly old: string;
  readonly shell: Shell;
  /** Opens a connection of its own for each command: what it reaches can be reached. */
  readonly fresh: Shell;
  readonly clock: Clock;
  /** When the supervisor's own deadlines have all passed (milliseconds since 1970). */
  readonly until: number;
  /** When a switch that the bot never reached has rolled back; null where it was reached, or need not be. */
  readonly unreachedUntil?: number | null;
  /** How far its log was read; goes on from there, and is moved on. */
  readonly read: { offset: number };
  readonly onLog: (line: string) => void;
  readonly onState: (state: SupervisorState) => void;
  /** Called after each look, whether the host answered or not. */
  readonly onLook?: () => void;
}

/**
 * How following ended: a state; `gone`: no supervisor is there (it never began and now never will, or the host
 * was rebooted, or it died in the state named); or `silent`: no answer in time.
 */
export type Followed =
  | { readonly kind: "acked"; readonly exitCode: number }
  | { readonly kind: "final"; readonly state: FinalState; readonly sighting: Sighting }
  | { readonly kind: "gone"; readonly last: SupervisorState | null }
  | { readonly kind: "silent"; readonly why: string; readonly last: SupervisorState | null };

/** Starts the switch. When the connection is lost meanwhile, the host's own state tells whether it started. */
export async function startSupervisor(shell: Shell, plan: Plan): Promise<void> {
  const input = await supervisorScript();
  await mustRun(shell, `starting the switch on ${shell.name}`, {
    argv: startArgv(plan, input),
    input,
    timeout: deadlines.hostCommand,
  });
}

/** Tells the supervisor to keep the new system, or to go back. The first answer counts. */
export async function decideSwitch(
  link: SupervisorLink,
  decision: "commit" | "rollback",
  why = "",
): Promise<void> {
  await mustRun(link.fresh, `telling ${link.shell.name} to ${decision}`, {
    argv: supervisorArgv(
      link.id,
      link.old,
      "decide",
      decision,
      why.replaceAll(/[\s\p{Cc}]+/gu, " ").slice(0, 500),
    ),
    input: `${link.answers(link.id, decision)}\n`,
    timeout: deadlines.hostCommand,
  });
}

/**
 * Watches the switch until it is acked (the ack is given here, over a fresh connection), or to its end
 * when `past` is "acked". A host that does not answer is asked again until its deadlines have passed.
 */
export async function followSupervisor(link: SupervisorLink, past: "start" | "acked"): Promise<Followed> {
  const reader = logReader(link.read, link.onLog);
  let last: SupervisorState | null = null;
  let trouble = "no answer";
  let absences = 0;
  let stopping = 0;
  // A bot that comes back after the deadlines still asks how it went.
  const until = Math.max(link.until, link.clock.now() + deadlines.hostCommand);
  const unreached = Math.max(link.unreachedUntil ?? until, link.clock.now() + deadlines.hostCommand);
  // Where no look was answered, the host has long given up waiting for one.
  const isOutOfTime = () => link.clock.now() >= (last === null ? Math.min(until, unreached) : until);
  while (!isOutOfTime()) {
    try {
      const sighting = await look(link, reader.offset());
      absences = sighting === null || sighting.unit !== "active" ? absences + 1 : 0;
      if (sighting !== null) {
        reader.take(sighting.log, sighting.next);
        const { state } = sighting;
        if (JSON.stringify(state) !== JSON.stringify(last)) {
          last = state;
          link.onState(state);
        }
        // A daemon that ignores its SIGTERM keeps a unit deactivating for a quarter of an hour.
        stopping = isFinal(state) && sighting.unit === "deactivating" ? stopping + 1 : 0;
        if (isFinal(state) && (isOver(sighting) || stopping >= longStop)) {
          await readRest(link, reader);
          return { kind: "final", state, sighting };
        }
        if (state.kind === "activated") {
          await acknowledge(link);
        } else if (state.kind === "acked" && past === "start") {
          return { kind: "acked", exitCode: state.exitCode };
        }
      }
      // While the unit stops, `finish` is at work and systemd calls it deactivating: that is no absence.
      if (
        absences >= patience &&
        (sighting?.unit === "inactive" || (sighting === null && (await isClaimed(link))))
      ) {
        // Without a trace left, one that was seen to start may have gone on: only a trace proves that it did not.
        const isUnproven = sighting === null && last?.kind === "starting";
        return { kind: "gone", last: isUnproven ? null : last };
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (why !== trouble) {
        link.onLog(`(bot) ${why}`);
      }
      trouble = why;
    } finally {
      link.onLook?.();
    }
    await link.clock.sleep(deadlines.supervisorPoll);
  }
  return { kind: "silent", why: trouble, last };
}

/**
 * A last word counts once the unit has ended: before that it may be somebody else's, and `finish` (while the unit is
 * deactivating) looks through a false one.
 */
export function isOver({ unit }: Pick<Sighting, "unit">): boolean {
  return !["active", "activating", "reloading", "refreshing", "deactivating"].includes(unit);
}

/** A look brings 64 KiB of the log at most; at the end the rest of it is read too. */
async function readRest(link: SupervisorLink, reader: ReturnType<typeof logReader>): Promise<void> {
  for (let reads = 0; reads < mostReads; reads++) {
    const sighting = await look(link, reader.offset());
    if (sighting === null || sighting.log === "") {
      break;
    }
    reader.take(sighting.log, sighting.next);
  }
  reader.end();
}

/** 16 MiB of log; the host's journal has all of it. */
const mostReads = 256;

/** So many looks in a row at a unit that stops, and says how it ended, are enough: some ten seconds. */
const longStop = 15;

/** How many looks in a row have to miss the supervisor before it is taken for gone. */
const patience = 4;

/** A start may still be on its way to the host: this makes sure that it finds the door shut. */
export async function isClaimed(link: Pick<SupervisorLink, "id" | "shell">): Promise<boolean> {
  const exit = await link.shell.run({ argv: claimArgv(link.id), timeout: deadlines.hostCommand });
  return exit.exitCode === 0;
}

/** One look at the supervisor; null when it is not there. */
export async function look(
  link: Pick<SupervisorLink, "id" | "old" | "shell">,
  offset: number,
): Promise<Sighting | null> {
  const argv = supervisorArgv(link.id, link.old, "show", String(offset));
  const exit = await link.shell.run({ argv, timeout: deadlines.hostCommand });
  if (exit.exitCode !== 0) {
    // sh exits with 2 or 127 when the script is not there; anything else there is worth another look.
    if (exit.exitCode === 127 || exit.exitCode === 2) {
      return null;
    }
    throw new ShellError("lost", `${link.shell.name}: looking at the supervisor: exit ${exit.exitCode}`);
  }
  return readSighting(exit.stdout);
}

async function acknowledge(link: SupervisorLink): Promise<void> {
  await mustRun(link.fresh, `reaching ${link.shell.name} over a new connection`, {
    argv: supervisorArgv(link.id, link.old, "ack"),
    input: `${link.answers(link.id, "ack")}\n`,
    timeout: deadlines.hostCommand,
  });
}

function logReader(read: { offset: number }, onLine: (line: string) => void) {
  let rest = "";
  return {
    offset: () => read.offset,
    take(text: string, next: number): void {
      read.offset = next;
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      lines.forEach(onLine);
    },
    end(): void {
      if (rest !== "") {
        onLine(rest);
        rest = "";
      }
    },
  };
}
