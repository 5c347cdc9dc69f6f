import type { Block, StepItem, Tone } from "../../src/chat/blocks.ts";
import {
  buttons,
  cancelButton,
  code,
  fields,
  heading,
  list,
  requestButton,
  table,
  text,
  yesButton,
} from "../../src/chat/blocks.ts";
import { commandRequest } from "../../src/deploy/command-request.ts";
import { digestOf } from "../../src/deploy/consent.ts";
import type { Deployment, Outcome, PhaseName } from "../../src/deploy/deployment.ts";
import { awaitsDecision, deployPhases } from "../../src/deploy/deployment.ts";
import type { Run } from "../../src/deploy/run.ts";
import { runDecision } from "../../src/views/run-card.ts";

const good: readonly Outcome[] = ["built", "tested", "unchanged", "deployed"];
const calm: readonly Outcome[] = ["cancelled", "expired", "skipped", "superseded"];

export function toneOf(outcome: Outcome | null): Tone {
  if (outcome === null) return "info";
  if (good.includes(outcome)) return "good";
  return calm.includes(outcome)
    ? "neutral"
    : outcome === "deployed-degraded" || outcome === "rolled-back"
      ? "warning"
      : "bad";
}

/** A card with every kind of block in it; the product's own is drawn by src/views. */
export function fakeCard(
  of: Deployment,
  now: { detail: string; share: number | null } | undefined,
): readonly Block[] {
  const waiting = awaitsDecision(of);
  const title = of.outcome ?? (waiting ? "switch?" : of.phase);
  return [
    heading(`${of.host}: ${title}`, waiting ? "warning" : toneOf(of.outcome)),
    ...(of.message === null ? [] : [text(of.message, toneOf(of.outcome))]),
    fields({
      Id: of.id,
      Revision: of.revision?.slice(0, 7),
      Commit: of.commit === null ? null : `${of.commit.subject} (${of.commit.author})`,
      Risk: of.risk,
      Generation: of.generation,
      Reboot: of.rebootNeeded ? "needed" : null,
    }),
    { kind: "steps", steps: deployPhases.map((name) => step(of, name, now)) },
    ...of.warnings.map((warning) => text(warning, "warning")),
    ...(of.diff.length === 0
      ? []
      : [
          table(
            ["Package", "Before", "After", "Size"],
            of.diff.map((d) => [d.name, d.before, d.after, d.size]),
          ),
        ]),
    ...(of.units === null
      ? []
      : [list("Would restart", of.units.restart, false), list("Would not stop", of.units.skip, true)]),
    ...(of.lines.length === 0 ? [] : [code("Last lines", of.lines.join("\n"))]),
    ...(waiting && !of.isTogether
      ? [buttons(yesButton("Switch", of.id, digestOf([of]), "primary"), cancelButton(of.id))]
      : []),
    ...(of.outcome === "deployed-degraded"
      ? [buttons(requestButton("Roll back", commandRequest("rollback", [of.host, "previous"]), "danger"))]
      : []),
  ];
}

export function fakeRunCard(run: Run, deployments: readonly Deployment[]): readonly Block[] {
  const done = deployments.filter((one) => one.outcome !== null);
  const passed = done.filter((one) => one.outcome !== null && good.includes(one.outcome)).length;
  const tone: Tone = done.length < deployments.length ? "info" : passed === done.length ? "good" : "bad";
  return [
    heading(
      `${run.command}: ${passed} passed, ${done.length - passed} failed, ${deployments.length} in all`,
      tone,
    ),
    table(
      ["Host", "State"],
      deployments.map((one) => [one.host, one.outcome ?? one.phase]),
    ),
    ...runDecision(run, deployments),
  ];
}

function step(
  of: Deployment,
  name: PhaseName,
  now: { detail: string; share: number | null } | undefined,
): StepItem {
  const time = of.times[name];
  const here = of.phase === name;
  const over = of.outcome !== null;
  const lost = over && toneOf(of.outcome) !== "good" && of.outcome !== "deployed-degraded";
  const state =
    time === undefined
      ? over
        ? "skipped"
        : "waiting"
      : here && lost
        ? "failed"
        : time.finishedAt
          ? "done"
          : "running";
  const running = state === "running" ? now : undefined;
  return {
    name,
    state,
    detail: running?.detail ?? null,
    startedAt: time?.startedAt ?? null,
    finishedAt: time?.finishedAt ?? null,
    progress: running?.share ?? null,
  };
}
