import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatEvent } from "../../../src/chat/desk.ts";
import { createEvents } from "../../../src/chat/events.ts";
import { createLive } from "../../../src/chat/live.ts";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import type { Run } from "../../../src/deploy/run.ts";
import { manualClock } from "../../fakes/manual-clock.ts";
import { aDeployment, aRun } from "../../fakes/records.ts";

function living(...deployments: readonly Deployment[]) {
  const clock = manualClock();
  const fail = (error: unknown) => assert.fail(String(error));
  const events = createEvents(clock, fail);
  const run: Run = aRun({ deployments: deployments.map(({ id }) => id) });
  const store = {
    deployment: async (id: string) => deployments.find((one) => one.id === id),
    run: async () => run,
    locks: async () => [],
  };
  const live = createLive(events, store, clock, fail);
  const seen: ChatEvent[] = [];
  events.subscribe(null, (event) => void seen.push(event));
  return { clock, live, seen };
}

const said = (done: number) => ({
  deployment: "d-20261123-0001",
  phase: "build",
  text: "building",
  done,
  expected: 100,
});

test("progress comes by the hundred, and is drawn four times a second at most", async () => {
  const { clock, live, seen } = living(aDeployment({ phase: "build" }));
  for (let done = 0; done < 100; done++) {
    live.progressed(said(done));
  }
  assert.equal(seen.length, 0);
  await clock.advance(250);
  assert.equal(seen.length, 1);
  assert.equal(live.progressOf("d-20261123-0001")?.done, 99);
  await clock.advance(5_000);
  assert.equal(seen.length, 1);
});

test("a changed record is shown at once", () => {
  const { live, seen } = living(aDeployment());
  live.changed(aDeployment({ phase: "build" }));
  assert.equal(seen[0]?.kind, "deployment");
});

test("progress of a phase that is over is forgotten", () => {
  const { live } = living(aDeployment({ phase: "build" }));
  live.progressed(said(3));
  live.changed(aDeployment({ phase: "build", reason: "x" }));
  assert.notEqual(live.progressOf("d-20261123-0001"), null);
  live.changed(aDeployment({ phase: "copy" }));
  assert.equal(live.progressOf("d-20261123-0001"), null);
});

test("progress that comes after the end draws nothing", async () => {
  const { clock, live, seen } = living(aDeployment({ outcome: "deployed" }));
  live.progressed(said(3));
  await clock.advance(1_000);
  assert.deepEqual(seen, []);
});

test("a run of several hosts is drawn with each of their changes", async () => {
  const { clock, live, seen } = living(aDeployment(), aDeployment({ id: "d-20261123-0002" }));
  live.changed(aDeployment());
  await clock.advance(0);
  assert.deepEqual(
    seen.map(({ kind }) => kind),
    ["deployment", "run"],
  );
});
