import type { types } from "@slack/bolt";
import type { StepItem, StepState } from "../../src/chat/blocks.ts";
import { plainText } from "./buttons.ts";
import { limits } from "./limits.ts";
import { plain, richText, section } from "./rich.ts";
import { moreLine } from "./table.ts";
import { cut, oneLine } from "./text.ts";

const mostSteps = 15;
const longest = 120;

const sign: Readonly<Record<StepState, string>> = {
  waiting: "▫️",
  running: "⏳",
  done: "✅",
  failed: "❌",
  skipped: "▫️",
};

/** docs.slack.dev/reference/block-kit/blocks/task-card-block: it has no word for what was skipped. */
const status: Readonly<Record<StepState, types.TaskCardBlock["status"]>> = {
  waiting: "pending",
  running: "in_progress",
  done: "complete",
  failed: "error",
  skipped: "pending",
};

/** Slack folds a plan at each edit, so its title alone has to say where things stand. */
export function planBlock(steps: readonly StepItem[]): types.PlanBlock[] {
  const shown = steps.slice(0, mostSteps);
  return shown.length === 0
    ? []
    : [{ type: "plan", title: planTitle(steps), tasks: shown.map((step, index) => task(step, index)) }];
}

function planTitle(steps: readonly StepItem[]): string {
  const here =
    steps.find(({ state }) => state === "running") ?? steps.find(({ state }) => state === "failed");
  const done = steps.filter(({ state }) => state === "done").length;
  const count = `${done} of ${steps.length} done`;
  return here === undefined ? count : cut(`${sign[here.state]} ${headline(here)} · ${count}`, 2 * longest);
}

function task(step: StepItem, index: number): types.TaskCardBlock {
  const details = [...bar(step), ...detail(step)].join(" ");
  return {
    type: "task_card",
    task_id: `step-${index}`,
    title: headline(step),
    status: status[step.state],
    ...(details === "" ? {} : { details: richText(section(plain(details))) }),
  };
}

/** For workspaces that do not take a plan. */
export function stepLines(steps: readonly StepItem[]): types.SectionBlock[] {
  const lines = steps
    .slice(0, mostSteps)
    .map((step) => [sign[step.state], headline(step), ...bar(step), ...detail(step)].join(" "));
  const text = [...lines, ...moreLine(steps.length - mostSteps)].join("\n");
  return lines.length === 0 ? [] : [{ type: "section", text: plainText(text, limits.sectionText, "–") }];
}

function headline(step: StepItem): string {
  const took = duration(step);
  const words = [
    // Names are ours; a plan's title is no text object, so nothing says how it is parsed.
    oneLine(step.name).replaceAll(/[<>&]/g, "") || "step",
    ...(took === null ? [] : [`· ${took}`]),
    ...(step.state === "skipped" ? ["· skipped"] : []),
  ];
  return cut(words.join(" "), longest);
}

function detail(step: StepItem): string[] {
  return step.detail === null || oneLine(step.detail) === "" ? [] : [cut(oneLine(step.detail), longest)];
}

function bar({ progress, state }: StepItem): string[] {
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
