import type { StepItem, StepState } from "../blocks.ts";
import { cut, oneLine } from "./text.ts";

const longest = 120;

export const stepSign: Readonly<Record<StepState, string>> = {
  waiting: "▫️",
  running: "⏳",
  done: "✅",
  failed: "❌",
  skipped: "▫️",
};

/** One phase in one line, for platforms that have nothing better. */
export function stepLine(step: StepItem): string {
  return [stepSign[step.state], stepHeadline(step), ...stepBar(step), ...stepDetail(step)].join(" ");
}

/** Its name and how long it took. */
export function stepHeadline(step: StepItem): string {
  const took = duration(step);
  const words = [
    // Names are ours; in a title of Slack's plan nothing says how it is parsed.
    oneLine(step.name).replaceAll(/[<>&]/g, "") || "step",
    ...(took === null ? [] : [`· ${took}`]),
    ...(step.state === "skipped" ? ["· skipped"] : []),
  ];
  return cut(words.join(" "), longest);
}

export function stepDetail(step: StepItem): string[] {
  return step.detail === null || oneLine(step.detail) === "" ? [] : [cut(oneLine(step.detail), longest)];
}

export function stepBar({ progress, state }: StepItem): string[] {
  if (progress === null || state !== "running" || !Number.isFinite(progress)) {
    return [];
  }
  const share = Math.min(1, Math.max(0, progress));
  const full = Math.round(share * 10);
  return [`${"▓".repeat(full)}${"░".repeat(10 - full)} ${Math.floor(share * 100)} %`];
}

function duration({ startedAt, finishedAt }: StepItem): string | null {
  const seconds =
    startedAt === null || finishedAt === null
      ? Number.NaN
      : (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  if (!(seconds >= 1)) {
    return null;
  }
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
