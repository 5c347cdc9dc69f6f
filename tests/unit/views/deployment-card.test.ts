import assert from "node:assert/strict";
import { test } from "node:test";
import type { Block, Button } from "../../../src/chat/blocks.ts";
import { digestOf } from "../../../src/deploy/consent.ts";
import { type Deployment, outcomes } from "../../../src/deploy/deployment.ts";
import { deploymentCard, tone } from "../../../src/views/deployment-card.ts";
import { aConfirmation, aDeployment } from "../../fakes/records.ts";

const at = (minute: number) => `2026-11-23T10:${String(minute).padStart(2, "0")}:00.000Z`;
const asking = aDeployment({
  phase: "confirm",
  revision: "4f1c9e0b7d2a4c55e1f0a9b8c7d6e5f4a3b2c1d0",
  commit: { subject: "nginx: 1.27", author: "Alice", date: at(0) },
  toplevel: "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nixos-system-yoga-2",
  before: {
    current: "/nix/store/old",
    profile: "system-12-link",
    profileSystem: "/nix/store/old",
    generation: 12,
    bootId: "b",
    rebootNeeded: false,
  },
  diff: [{ name: "nginx", before: "1.26", after: "1.27", size: "+1 KiB" }],
  units: { stop: [], skip: ["getty@tty1.service"], restart: ["nginx.service"], start: [], reload: [] },
  confirmation: aConfirmation(at(30)),
  times: {
    check: { startedAt: at(0), finishedAt: at(1) },
    build: { startedAt: at(1), finishedAt: at(2) },
    copy: { startedAt: at(2), finishedAt: at(3) },
    "dry-activate": { startedAt: at(3), finishedAt: at(4) },
    confirm: { startedAt: at(4), finishedAt: null },
  },
});

function buttonsOf(card: readonly Block[]): Button[] {
  return card.flatMap((block) => (block.kind === "buttons" ? block.buttons : []));
}

const labels = (deployment: Deployment) =>
  buttonsOf(deploymentCard(deployment, null)).map(({ label }) => label);

function steps(deployment: Deployment, progress: Parameters<typeof deploymentCard>[1] = null) {
  return deploymentCard(deployment, progress).flatMap((block) => (block.kind === "steps" ? block.steps : []));
}

function words(deployment: Deployment): string {
  return JSON.stringify(deploymentCard(deployment, null));
}

test("a card that waits asks, and has Switch and Cancel, each with its typed twin", () => {
  const card = deploymentCard(asking, null);
  assert.deepEqual(card[0], { kind: "heading", text: "Deploy yoga: switch?", tone: "warning" });
  assert.deepEqual(
    buttonsOf(card).map(({ label, command, action }) => [label, command, action.kind]),
    [
      ["Switch", `/confirm d-20261123-0001 ${digestOf([asking])}`, "decide"],
      ["Cancel", "/cancel d-20261123-0001", "decide"],
    ],
  );
});

test("whoever has to decide sees the code, what changes, and the generation that runs", () => {
  const text = words(asking);
  for (const part of [
    "4f1c9e0",
    "nginx: 1.27 (Alice)",
    "nixos-system-yoga-2",
    "generation 12",
    "1.26",
    "nginx.service",
    "getty@tty1.service",
  ]) {
    assert.equal(text.includes(part), true, part);
  }
});

test("warnings and the need of a reboot stand on the card", () => {
  const text = words({
    ...asking,
    warnings: ["built from uncommitted files on the builder"],
    rebootNeeded: true,
  });
  assert.match(text, /Warning: built from uncommitted files/);
  assert.match(text, /reboot is needed/i);
});

test("Switch is there only while a click can decide; Cancel also before", () => {
  const decided = {
    ...asking,
    confirmation: aConfirmation(at(30), {
      decision: { action: "switch", by: asking.requestedBy, at: at(5) },
    }),
  };
  assert.deepEqual(labels(asking), ["Switch", "Cancel"]);
  assert.deepEqual(labels(decided), [], "decided");
  assert.deepEqual(labels({ ...decided, phase: "switch" }), [], "switching: nothing can be stopped any more");
  assert.deepEqual(labels({ ...decided, phase: "validate" }), []);
  assert.deepEqual(labels(aDeployment({ phase: "build" })), ["Cancel"]);
  for (const outcome of outcomes) {
    assert.equal(labels({ ...asking, outcome }).includes("Switch"), false, outcome);
    assert.equal(labels({ ...asking, outcome }).includes("Cancel"), false, outcome);
  }
});

test("who decided, and what, stays on the card", () => {
  const decision = { action: "cancel" as const, by: { surface: "slack", id: "U2", name: "Bob" }, at: at(5) };
  const text = words({ ...asking, outcome: "cancelled", confirmation: aConfirmation(at(30), { decision }) });
  assert.match(text, /Bob said cancel/);
});

test("a high risk colours the button, a roll back names it", () => {
  const [first] = buttonsOf(deploymentCard({ ...asking, risk: "high" }, null));
  assert.equal(first?.style, "danger");
  const [back] = buttonsOf(deploymentCard({ ...asking, mode: "rollback", toGeneration: 9 }, null));
  assert.equal(back?.label, "Roll back");
  assert.match(words({ ...asking, mode: "rollback", toGeneration: 9 }), /Roll yoga back to generation 9/);
});

/** What each outcome looks like: tone, and whether Roll back is offered. */
const table: Readonly<
  Record<(typeof outcomes)[number], readonly [tone: string, buttons: readonly string[]]>
> = {
  built: ["good", []],
  tested: ["good", []],
  unchanged: ["good", []],
  deployed: ["good", ["Roll back"]],
  "deployed-degraded": ["warning", ["Roll back"]],
  done: ["good", []],
  "rolled-back": ["warning", []],
  "rollback-failed": ["bad", []],
  failed: ["bad", []],
  cancelled: ["warning", []],
  expired: ["warning", []],
  refused: ["bad", []],
  skipped: ["warning", []],
  superseded: ["warning", []],
  unknown: ["bad", ["Look again"]],
};

for (const outcome of outcomes) {
  test(`the card of ${outcome}: its word, its sentence, its tone, its buttons`, () => {
    const ended = aDeployment({
      outcome,
      phase: "validate",
      message: "this is what happened.",
      help: "this is what to do.",
      lines: ["the last line"],
      finishedAt: at(20),
    });
    const [expected, buttons] = table[outcome];
    const card = deploymentCard(ended, null);
    const [first] = card;
    assert.equal(first?.kind === "heading" && first.text, `Deploy yoga: ${outcome.replace("-", " ")}`);
    assert.equal(first?.kind === "heading" && first.tone, expected);
    assert.equal(tone(ended), expected);
    for (const part of ["this is what happened.", "this is what to do.", "the last line"]) {
      assert.equal(JSON.stringify(card).includes(part), true, part);
    }
    assert.deepEqual(labels(ended), buttons);
  });
}

test("a roll back that was asked for and worked is done, and offers no further one", () => {
  const done = aDeployment({ mode: "rollback", toGeneration: 9, outcome: "deployed" });
  assert.match(words(done), /Roll yoga back to generation 9: done/);
  assert.deepEqual(labels(done), []);
});

test("steps: done, running, waiting, failed, skipped", () => {
  const states = (deployment: Deployment) => steps(deployment).map(({ name, state }) => `${name} ${state}`);
  assert.deepEqual(states(asking), [
    "check done",
    "build done",
    "copy done",
    "dry-activate done",
    "confirm running",
    "switch waiting",
    "validate waiting",
  ]);
  const failed = aDeployment({
    phase: "build",
    outcome: "failed",
    times: { check: { startedAt: at(0), finishedAt: at(1) }, build: { startedAt: at(1), finishedAt: at(2) } },
  });
  assert.deepEqual(states(failed).slice(0, 3), ["check done", "build failed", "copy skipped"]);
  assert.deepEqual(
    states(aDeployment({ mode: "build-only" })).map((step) => step.split(" ")[0]),
    ["check", "build"],
  );
});

test("progress shows in the running step, as a share and in words", () => {
  const building = aDeployment({ phase: "build", times: { build: { startedAt: at(0), finishedAt: null } } });
  const progress = { deployment: building.id, phase: "build", text: "building nginx", done: 3, expected: 12 };
  const step = steps(building, progress).find(({ name }) => name === "build");
  assert.deepEqual([step?.progress, step?.detail], [0.25, "building nginx (3 of 12)"]);
  const unmeasured = steps(building, { ...progress, expected: 0 }).find(({ name }) => name === "build");
  assert.equal(unmeasured?.progress, null);
  const beyond = steps(building, { ...progress, done: 99 }).find(({ name }) => name === "build");
  assert.equal(beyond?.progress, 1);
});

test("a diff of a thousand packages is cut, and says so", () => {
  const diff = Array.from({ length: 1_000 }, (_, index) => ({
    name: `p${index}`,
    before: "1",
    after: "2",
    size: "",
  }));
  const text = words({ ...asking, diff });
  assert.match(text, /1000 packages change/);
  assert.match(text, /800 more/);
});

test("markup in a commit or a log stays text: the card has no markup of its own", () => {
  const nasty = "<!channel> *bold* <script>alert(1)</script>";
  const card = deploymentCard(
    { ...asking, commit: { subject: nasty, author: "x", date: at(0) }, lines: [nasty] },
    null,
  );
  assert.equal(JSON.stringify(card).includes(JSON.stringify(nasty).slice(1, -1)), true);
});

test("what was unknown and is known by now says who looked, and offers what its outcome does", () => {
  const by = { surface: "slack", id: "U2", name: "Bob" };
  const known = aDeployment({ outcome: "deployed", correction: { by, at: at(25), was: "unknown" } });
  assert.match(words(known), /Bob at 10:25:00 UTC: deployed, after it was unknown/);
  assert.deepEqual(labels(known), ["Roll back"]);
});
