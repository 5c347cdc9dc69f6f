import { deadlines } from "../config/deadlines.ts";
import type { PhaseContext, PhaseResult } from "./context.ts";
import type { Deployment } from "./deployment.ts";
import type { Held, LookWord, Monitor } from "./monitor-record.ts";
import type { End } from "./transitions.ts";

/** A host that is watched after its switch: what counts as an alarm, and how the watching ends. */

/** So many looks are kept, and shown. */
export const mostLooks = 60;
/** A short watch looks at least so often. */
const leastLooks = 4;
const badInARow = 2;
const awayInARow = 4;

export function isWatched({ phase, outcome, monitor }: Deployment): boolean {
  return phase === "monitor" && outcome === null && monitor !== null;
}

/** It stopped being well while it was watched. */
export function isAlarmed({ monitor }: Deployment): boolean {
  return monitor !== null && monitor.alarm !== null;
}

/** Milliseconds between two looks. */
export function lookEvery(watch: number): number {
  return Math.min(deadlines.monitorPoll, watch / leastLooks);
}

/** Milliseconds until the next look; the last one falls on the end of the time. */
export function nextLook({ until }: Monitor, every: number, now: number): number {
  const left = Date.parse(until) - now;
  return left > 0 ? Math.min(every, left) : every;
}

/** The time is over, and the host was well when it was last seen. */
export function isThrough({ until, strip }: Monitor, now: number): boolean {
  return now >= Date.parse(until) && strip.at(-1) === "ok";
}

/** Whether the looks are an alarm. Not to have been seen in between does not make a host well again. */
export function isAlarm(strip: readonly LookWord[]): boolean {
  const unwell = strip.slice(strip.lastIndexOf("ok") + 1);
  const bad = unwell.filter((look) => look === "bad").length;
  return bad >= badInARow || unwell.slice(unwell.lastIndexOf("bad") + 1).length >= awayInARow;
}

/** How the switch had ended, and what became of the watching. */
export function heldEnd({ held }: Monitor, note: string): End {
  return { ...held, message: `${held.message} ${note}` };
}

export function alarmEnd(host: string, { held, alarm, problems, isStranger }: Monitor, help: string): End {
  const system = `generation ${held.generation ?? "?"}`;
  return {
    outcome: "deployed-degraded",
    message:
      isStranger === true
        ? `${host} was switched to ${system}, and while it was watched ${alarm}`
        : `${host} runs the new system as ${system}, and stopped being well while it was watched: ${alarm}`,
    help,
    lines: [...problems, ...held.lines],
    generation: held.generation,
  };
}

/** Holds back the end of a switch that stands, where its host is to be watched. */
export async function watchOrEnd(
  { record, save, clock }: PhaseContext,
  result: PhaseResult,
): Promise<PhaseResult> {
  const { watch, monitor } = record();
  const held = heldFrom(result);
  if (watch === null || held === null) {
    return result;
  }
  if (monitor === null) {
    const until = new Date(clock.now() + watch).toISOString();
    const fresh = { until, strip: [], alarm: null, problems: [], rollsBack: false, held };
    await save({ monitor: fresh, generation: held.generation });
  }
  return { kind: "next" };
}

function heldFrom(result: PhaseResult): Held | null {
  if (result.kind !== "end" || (result.outcome !== "deployed" && result.outcome !== "deployed-degraded")) {
    return null;
  }
  const { outcome, message, help = null, lines = [], generation = null } = result;
  return { outcome, message, help, lines: [...lines], generation };
}
