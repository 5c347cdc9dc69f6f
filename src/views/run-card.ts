import { type Block, fields, heading, type Tone, table } from "../chat/blocks.ts";
import { type Deployment, isOpen, type Run } from "../deploy/deployment.ts";

/** A run with several hosts: one line each, and the sum. */
export function runCard(run: Run, deployments: readonly Deployment[]): Block[] {
  const open = deployments.filter(isOpen).length;
  const passed = deployments.filter(({ outcome }) => outcome !== null && wellEnded.has(outcome)).length;
  const failed = deployments.length - open - passed;
  const tone: Tone = open > 0 ? "info" : failed > 0 ? "bad" : "good";
  const name = run.kind === "build-all" ? "Build all" : run.command;
  return [
    heading(
      open > 0
        ? `${name}: ${deployments.length - open} of ${deployments.length} done`
        : `${name}: ${failed === 0 ? "passed" : `${failed} failed`}`,
      tone,
    ),
    fields({
      Run: run.id,
      "Asked by": run.requestedBy.name,
      Passed: passed,
      Failed: failed,
      Total: deployments.length,
    }),
    table(
      ["Host", "State", "Seconds", ""],
      deployments.map((deployment) => [
        deployment.host,
        deployment.outcome ?? deployment.phase,
        seconds(deployment),
        deployment.outcome === "built" ? "" : (deployment.message ?? ""),
      ]),
    ),
  ];
}

const wellEnded: ReadonlySet<string> = new Set([
  "built",
  "tested",
  "unchanged",
  "deployed",
  "deployed-degraded",
  "done",
]);

function seconds(deployment: Deployment): string {
  return deployment.finishedAt === null
    ? ""
    : ((Date.parse(deployment.finishedAt) - Date.parse(deployment.createdAt)) / 1000).toFixed(1);
}
