import type { types } from "@slack/bolt";
import type { StepItem, StepState } from "../../src/chat/blocks.ts";
import { stepBar, stepDetail, stepHeadline, stepLine, stepSign } from "../../src/chat/platform/step-words.ts";
import { cut, moreLine } from "../../src/chat/platform/text.ts";
import { plainText } from "./buttons.ts";
import { limits } from "./limits.ts";
import { plain, richText, section } from "./rich.ts";

const mostSteps = 15;
const longestTitle = 240;

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
  return here === undefined
    ? count
    : cut(`${stepSign[here.state]} ${stepHeadline(here)} · ${count}`, longestTitle);
}

function task(step: StepItem, index: number): types.TaskCardBlock {
  const details = [...stepBar(step), ...stepDetail(step)].join(" ");
  return {
    type: "task_card",
    task_id: `step-${index}`,
    title: stepHeadline(step),
    status: status[step.state],
    ...(details === "" ? {} : { details: richText(section(plain(details))) }),
  };
}

/** For workspaces that do not take a plan. */
export function stepLines(steps: readonly StepItem[]): types.SectionBlock[] {
  const lines = steps.slice(0, mostSteps).map((step) => stepLine(step));
  const text = [...lines, ...moreLine(steps.length - mostSteps)].join("\n");
  return lines.length === 0 ? [] : [{ type: "section", text: plainText(text, limits.sectionText, "–") }];
}
