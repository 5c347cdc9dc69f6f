import assert from "node:assert/strict";
import { test } from "node:test";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import { newAct } from "../../../src/deploy/host-act.ts";
import { deploymentCard, title } from "../../../src/views/deployment-card.ts";
import { aConfirmation, aDeployment } from "../../fakes/records.ts";

const sight = {
  system: "degraded",
  failedUnits: ["backup.service"],
  kernel: "6.12.8",
  bootedGeneration: 7,
  next: { generation: 9, kernel: "6.12.9" },
  generations: [
    { number: 9, date: "2026-11-23T10:00:00.000Z", kernel: "6.12.9", stays: "boots next" },
    { number: 8, date: "2026-11-22T10:00:00.000Z", kernel: "6.12.9", stays: null },
    { number: 7, date: "2026-11-21T10:00:00.000Z", kernel: "6.12.8", stays: "runs now, was booted" },
  ],
  free: 5 * 1024 ** 3,
  dead: { paths: 12, bytes: 3 * 1024 ** 2 },
};

const asking = (mode: "gc" | "prune" | "reboot", verify = false) =>
  aDeployment({
    mode,
    phase: "confirm",
    confirmation: aConfirmation("2026-11-24T13:00:00.000Z"),
    act: { ...newAct({ verify, keep: 1, olderThan: null }), seen: sight },
  });

function labels(deployment: Deployment): string[] {
  return deploymentCard(deployment, null).flatMap((block) =>
    block.kind === "buttons" ? block.buttons.map(({ label }) => label) : [],
  );
}

const words = (deployment: Deployment) => JSON.stringify(deploymentCard(deployment, null));

test("each card asks by its own name, and its button says what it does", () => {
  assert.equal(title(asking("gc")), "Collect the garbage of yoga: go ahead?");
  assert.equal(title(asking("prune")), "Delete generations of yoga: all but the newest 1: go ahead?");
  assert.equal(title(asking("reboot")), "Reboot yoga: go ahead?");
  assert.deepEqual(labels(asking("gc")), ["Collect garbage", "Cancel"]);
  assert.deepEqual(labels(asking("prune")), ["Delete 1 generation", "Cancel"]);
  assert.deepEqual(labels(asking("reboot")), ["Reboot", "Cancel"]);
});

test("a gc's card has what would go, and that no generation does", () => {
  const text = words(asking("gc", true));
  assert.match(text, /12 paths .* would be deleted: 3 MiB at most/);
  assert.match(text, /All 3 generations stay/);
  assert.match(text, /every file of the store is read/);
  assert.match(text, /5 GiB/);
});

test("a prune's card has each generation, and why it stays", () => {
  const text = words(asking("prune"));
  assert.match(text, /"8","2026-11-22 10:00","6.12.9","goes"/);
  assert.match(text, /"stays: runs now, was booted"/);
});

test("a reboot's card has the generation and the kernel that boot next, and the failed units", () => {
  const text = words(asking("reboot"));
  assert.match(text, /generation 9 boots. Its kernel 6.12.9 is another one than 6.12.8/);
  assert.match(text, /backup\.service/);
});

test("who clicked is told by the button's name, and a collection that runs can still be cancelled", () => {
  const by = { surface: "slack", id: "U2", name: "Bob" };
  const decision = { action: "switch" as const, by, at: "2026-11-24T12:30:00.000Z" };
  const running = (mode: "gc" | "reboot"): Deployment => ({
    ...asking(mode),
    phase: mode === "gc" ? "collect" : "reboot",
    confirmation: aConfirmation("2026-11-24T13:00:00.000Z", { decision }),
  });
  assert.match(words(running("gc")), /Bob said Collect garbage at 12:30:00 UTC/);
  assert.deepEqual(labels(running("gc")), ["Cancel"]);
  assert.deepEqual(labels(running("reboot")), []);
});
