import type { Phase } from "./context.ts";
import type { Deployment } from "./deployment.ts";
import { phases } from "./phases/index.ts";

/** What becomes of a deployment that was open when the bot stopped. */
export type Resume =
  /** The host switches, or has: it is followed to its end, which the host itself tells. */
  | { readonly kind: "follow"; readonly phases: readonly Phase[] }
  /** A card waits on, a click that was made is carried out, a host is watched on. */
  | { readonly kind: "wait"; readonly phases: readonly Phase[] }
  /** Nothing was changed yet: it is begun again from its first phase, at the revision it had. */
  | { readonly kind: "again" }
  /** It was begun, and may be done once more: what the last bot left running is ended first. */
  | { readonly kind: "redo"; readonly phases: readonly Phase[] }
  | { readonly kind: "end"; readonly why: string };

/** A deployment that takes the bot down with it must not do so for ever. */
export const mostRestarts = 3;
/** Milliseconds after which nobody expects any more that what they asked for is carried on. */
const tooOld = 24 * 60 * 60_000;

export function planResume(deployment: Deployment, now: number): Resume {
  const all = phases[deployment.mode];
  const from = (name: Phase["name"]) => all.slice(all.findIndex((phase) => phase.name === name));
  const { phase } = deployment;
  if (waitsForPeople(deployment)) {
    return { kind: "wait", phases: from(phase) };
  }
  switch (phase) {
    case "switch":
    case "validate":
      // The time is stored before the supervisor is started: without it nothing began, and the click is looked at again.
      // Whether a switch that was being validated still waits for its verdict, the host tells: so it is followed anew.
      return deployment.supervisedUntil === null
        ? { kind: "wait", phases: from("confirm") }
        : { kind: "follow", phases: from("switch") };
    case "monitor":
      return { kind: "wait", phases: from("monitor") };
    case "collect":
    case "prune":
      return isBegun(deployment)
        ? { kind: "redo", phases: from(phase) }
        : { kind: "wait", phases: from("confirm") };
    case "adopt":
      return { kind: "wait", phases: from("confirm") };
    case "reboot":
      // The order is bound to the boot that was seen, so that it is given again without harm.
      return { kind: "wait", phases: from(isBegun(deployment) ? phase : "confirm") };
    default:
      return again(deployment, now);
  }
}

/** Whether it is in a phase that shows a card: it must neither be stopped nor begun again. */
export function waitsForPeople({ mode, phase }: Pick<Deployment, "mode" | "phase">): boolean {
  return phases[mode].some(({ name, waitsForPeople }) => name === phase && waitsForPeople === true);
}

function isBegun({ act }: Deployment): boolean {
  return act !== null && act.begunAt !== null;
}

function again({ phase, restarts, createdAt, queue, times }: Deployment, now: number): Resume {
  const untouched = "the running system is untouched";
  if (queue.state === "waiting") {
    // It has done nothing yet, so it cannot have brought the bot down; how long it may wait is `queueWithin`.
    return { kind: "again" };
  }
  if (restarts >= mostRestarts) {
    return {
      kind: "end",
      why: `the bot was restarted during ${phase}, as it was ${restarts} times before; ${untouched}`,
    };
  }
  // It may have waited for hours before: what counts is when it was last seen at work.
  return now - Date.parse(times[phase]?.startedAt ?? createdAt) > tooOld
    ? { kind: "end", why: `the bot was away since it was in ${phase}, too long to carry it on; ${untouched}` }
    : { kind: "again" };
}
