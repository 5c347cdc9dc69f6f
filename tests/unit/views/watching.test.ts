import assert from "node:assert/strict";
import { test } from "node:test";
import { deploy } from "../../../commands/deploy.ts";
import type { Block } from "../../../src/chat/blocks.ts";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import type { Monitor } from "../../../src/deploy/monitor-record.ts";
import { deploymentCard } from "../../../src/views/deployment-card.ts";
import { runCard } from "../../../src/views/run-card.ts";
import { runThread } from "../../../src/views/thread.ts";
import { watchText } from "../../../src/views/watching.ts";
import { aConfirmation, aDeployment, aRun } from "../../fakes/records.ts";

const held = { outcome: "deployed", message: "It runs.", help: null, lines: [], generation: 13 } as const;
const monitor: Monitor = {
  until: "2026-11-23T10:20:08.850Z",
  strip: ["ok", "ok", "ok", "bad", "ok"],
  alarm: null,
  problems: [],
  rollsBack: false,
  held: { ...held, lines: [] },
};
const before = {
  current: "/nix/store/old",
  profile: "system-12-link",
  profileSystem: "/nix/store/old",
  generation: 12,
  bootId: "b",
  rebootNeeded: false,
};
const by = { surface: "web", id: "token", name: "Alice" };
const decision = { action: "switch", by, at: "2026-11-23T10:05:00.000Z" } as const;
const confirmation = aConfirmation("2026-11-23T10:30:00.000Z", { decision });
const watched = aDeployment({ phase: "monitor", watch: 600_000, monitor, before, confirmation });
const alarmed = aDeployment({
  ...watched,
  outcome: "deployed-degraded",
  message: "yoga stopped being well",
  finishedAt: "2026-11-23T10:15:00.000Z",
  monitor: { ...monitor, strip: ["ok", "bad", "bad"], alarm: "nginx.service failed" },
});

const labels = (blocks: readonly Block[]) =>
  blocks.flatMap((block) => (block.kind === "buttons" ? block.buttons.map(({ label }) => label) : []));

const threadOf = (...deployments: Deployment[]) => runThread(aRun(), deployments, () => null).messages;
const messageOf = (key: string, ...deployments: Deployment[]) =>
  threadOf(...deployments).find((message) => message.key === `d-20261123-0001/${key}`);

test("while a host is watched its card shows the looks, until when, and how to end it", () => {
  assert.equal(watchText(watched), "Watching until 10:20 UTC: ✓✓✓✗✓");
  const card = deploymentCard(watched, null);
  assert.match(JSON.stringify(card), /Watching until 10:20 UTC: ✓✓✓✗✓/);
  assert.deepEqual(labels(card), ["Roll back", "Stop watching"]);
  assert.match(messageOf("watch", watched)?.text ?? "", /yoga: Watching until 10:20 UTC: ✓✓✓✗✓/);
});

test("at most sixty looks are shown", () => {
  const strip = Array.from({ length: 200 }, () => "away" as const);
  const line = watchText({ ...watched, monitor: { ...monitor, strip } });
  assert.equal(line, `Watching until 10:20 UTC: ${"–".repeat(60)}`);
});

test("the step is there only for whom is watched", () => {
  assert.match(JSON.stringify(deploymentCard(watched, null)), /"name":"monitor"/);
  assert.doesNotMatch(JSON.stringify(deploymentCard(aDeployment(), null)), /monitor/);
});

test("an alarm is the failure of its own step, and not of the switch", () => {
  const time = { startedAt: "2026-11-23T10:06:00.000Z", finishedAt: "2026-11-23T10:15:00.000Z" };
  const times = { switch: time, monitor: time };
  const steps = (of: Deployment) =>
    deploymentCard({ ...of, times }, null).flatMap((block) => (block.kind === "steps" ? block.steps : []));
  const stateOf = (of: Deployment, name: string) => steps(of).find((step) => step.name === name)?.state;
  assert.equal(stateOf(alarmed, "monitor"), "failed");
  assert.equal(stateOf(alarmed, "switch"), "done");
  assert.equal(stateOf({ ...alarmed, monitor }, "monitor"), "done");
});

test("an alarm is told in the channel, to whoever asked, with Roll back", () => {
  const end = messageOf("end", alarmed);
  assert.equal(end?.broadcast, true);
  assert.equal(end?.mentionsRequester, true);
  assert.deepEqual(labels(end?.blocks ?? []), ["Roll back"]);
  const well = messageOf("end", { ...alarmed, monitor });
  assert.equal(well?.broadcast, false);
});

test("in a run an alarm does not pass, and is no reason to deploy the same again", () => {
  const other = aDeployment({ ...watched, id: "d-20261123-0002", host: "vps", outcome: "deployed" });
  const card = runCard(aRun(), [alarmed, other]);
  assert.match(JSON.stringify(card), /1 failed/);
  assert.deepEqual(labels(card), []);
  assert.equal(messageOf("end", alarmed, other)?.text.includes("deployed degraded"), true);
});

test("--watch takes a duration up to a day, for a switch", () => {
  const read = (watch: string, more: object = {}) =>
    deploy.input.safeParse({ words: ["yoga"], flags: { watch, ...more } });
  assert.equal((read("10m").data as { watch?: number }).watch, 600_000);
  for (const wrong of ["0s", "25h", "soon", "10"]) {
    assert.match(read(wrong).error?.issues[0]?.message ?? "", /--watch takes a duration/);
  }
  assert.match(read("10m", { "dry-run": true }).error?.issues[0]?.message ?? "", /--dry-run makes none/);
});
