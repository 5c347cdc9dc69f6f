import assert from "node:assert/strict";
import { test } from "node:test";
import { awaitsDecision, type Deployment, deploymentSchema } from "../../../src/deploy/deployment.ts";
import { newAct } from "../../../src/deploy/host-act.ts";
import { randomId } from "../../../src/deploy/ids.ts";
import { hostChange } from "../../../src/deploy/phases/confirm.ts";
import { phases } from "../../../src/deploy/phases/index.ts";
import { planResume } from "../../../src/deploy/resume.ts";
import {
  beginAgain,
  correctDeployment,
  decideDeployment,
  endDeployment,
  enterPhase,
  expireDeployment,
  isInTheWay,
} from "../../../src/deploy/transitions.ts";
import { aConfirmation, aDeployment } from "../../fakes/records.ts";

const at = (minute: number) => `2026-11-23T10:${String(minute).padStart(2, "0")}:00.000Z`;
const by = { surface: "slack", id: "U2", name: "Bob" };
const asking = aDeployment({ phase: "confirm", confirmation: aConfirmation(at(30)) });

test("a new deployment is one that the store takes", () => {
  assert.equal(deploymentSchema.safeParse(aDeployment()).success, true);
  assert.equal(deploymentSchema.safeParse(asking).success, true);
});

test("entering a phase ends the one before", () => {
  const first = enterPhase(aDeployment(), "check", at(0));
  const second = enterPhase(first, "build", at(1));
  assert.equal(second.phase, "build");
  assert.deepEqual(second.times, {
    check: { startedAt: at(0), finishedAt: at(1) },
    build: { startedAt: at(1), finishedAt: null },
  });
});

test("entering a phase again, after a restart, keeps its first start", () => {
  const first = enterPhase(aDeployment(), "switch", at(0));
  const later = enterPhase(enterPhase(first, "validate", at(1)), "switch", at(9));
  assert.deepEqual(later.times.switch, { startedAt: at(0), finishedAt: null });
});

test("the first end counts", () => {
  const ended = endDeployment(
    enterPhase(aDeployment(), "build", at(0)),
    { outcome: "failed", message: "no" },
    at(1),
  );
  assert.deepEqual([ended.outcome, ended.message, ended.finishedAt], ["failed", "no", at(1)]);
  assert.equal(ended.times.build?.finishedAt, at(1));
  assert.equal(endDeployment(ended, { outcome: "deployed", message: "yes" }, at(2)), ended);
});

test("an end without a generation keeps the one that was known", () => {
  const ended = endDeployment(aDeployment({ generation: 7 }), { outcome: "failed", message: "no" }, at(1));
  assert.equal(ended.generation, 7);
});

test("a decision lands only on a card that awaits one and has not expired", () => {
  const decide = (deployment: Deployment, minute: number) =>
    decideDeployment(deployment, { action: "switch", by, at: at(minute) });
  const decided = decide(asking, 5);
  assert.deepEqual(decided.confirmation?.decision, { action: "switch", by, at: at(5) });
  assert.equal(awaitsDecision(decided), false);
  assert.equal(decide(decided, 6), decided);
  assert.equal(decide(asking, 30).confirmation?.decision?.at, at(30), "in the last moment");
  assert.equal(decide(asking, 31), asking);
  for (const other of [
    aDeployment(),
    aDeployment({ phase: "confirm" }),
    { ...asking, phase: "switch" as const },
    { ...asking, outcome: "cancelled" as const },
  ]) {
    assert.equal(decide(other, 5), other);
  }
});

test("only a card that nobody decided expires", () => {
  assert.equal(expireDeployment(asking, at(31)).outcome, "expired");
  const decided = decideDeployment(asking, { action: "switch", by, at: at(5) });
  assert.equal(expireDeployment(decided, at(31)), decided);
  const building = aDeployment({ phase: "build" });
  assert.equal(expireDeployment(building, at(31)), building);
});

test("only one deployment may touch a host; a build touches none", () => {
  for (const [open, mode, host, isBlocked] of [
    ["deploy", "deploy", "yoga", true],
    ["deploy", "rollback", "yoga", true],
    ["dry-run", "deploy", "yoga", true],
    ["deploy", "build-only", "yoga", false],
    ["build-only", "deploy", "yoga", false],
    ["deploy", "deploy", "vps", false],
    ["gc", "deploy", "yoga", true],
    ["diff", "deploy", "yoga", false],
    ["deploy", "reboot", "yoga", true],
    ["prune", "build-only", "yoga", false],
  ] as const) {
    assert.equal(
      isInTheWay(aDeployment({ mode: open }), host, mode),
      isBlocked,
      `${open}, then ${mode} of ${host}`,
    );
  }
});

test("after a restart: what had not asked yet is begun again, a card waits on, a switch is followed", () => {
  const plan = (change: Partial<Deployment>) => {
    const found = planResume(aDeployment(change), Date.parse(at(5)));
    return "phases" in found ? [found.kind, ...found.phases.map(({ name }) => name)] : [found.kind];
  };
  const backFromConfirm = ["confirm", "switch", "validate"];
  const fromConfirm = [...backFromConfirm, "monitor"];
  for (const phase of ["check", "build", "copy", "dry-activate"] as const) {
    assert.deepEqual(plan({ phase }), ["again"]);
    assert.deepEqual(plan({ phase, restarts: 3 }), ["end"]);
    assert.deepEqual(plan({ phase, createdAt: "2026-11-22T10:00:00.000Z" }), ["end"], "a day is too long");
  }
  assert.deepEqual(plan({ phase: "confirm" }), ["wait", ...fromConfirm]);
  assert.deepEqual(
    plan({ phase: "switch" }),
    ["wait", ...fromConfirm],
    "without its intent nothing has begun",
  );
  assert.deepEqual(plan({ phase: "switch", supervisedUntil: at(30) }), [
    "follow",
    "switch",
    "validate",
    "monitor",
  ]);
  assert.deepEqual(plan({ phase: "validate", supervisedUntil: at(30) }), [
    "follow",
    "switch",
    "validate",
    "monitor",
  ]);
  assert.deepEqual(plan({ phase: "monitor" }), ["wait", "monitor"], "never from the switch");
  assert.deepEqual(plan({ mode: "rollback", phase: "confirm" }), ["wait", ...backFromConfirm]);
  const act = newAct({ verify: false, keep: 5, olderThan: null });
  const begun = { ...act, begunAt: at(2) };
  for (const [mode, phase] of [
    ["gc", "collect"],
    ["prune", "prune"],
  ] as const) {
    assert.deepEqual(plan({ mode, phase, act }), ["wait", "confirm", phase]);
    assert.deepEqual(plan({ mode, phase, act: begun }), ["redo", phase]);
  }
  assert.deepEqual(plan({ mode: "reboot", phase: "reboot", act }), ["wait", "confirm", "reboot"]);
  assert.deepEqual(plan({ mode: "reboot", phase: "reboot", act: begun }), ["wait", "reboot"]);
});

test("what is begun again keeps who asked for what, and its revision, and nothing else that was found", () => {
  const asked = aDeployment({
    reason: "because",
    mode: "rollback",
    toplevel: "/nix/store/a",
    toGeneration: 7,
  });
  const found = {
    ...asked,
    revision: "4f1c9e0",
    warnings: ["old"],
    phase: "dry-activate" as const,
    previous: "b",
  };
  assert.deepEqual(beginAgain(found), { ...asked, revision: "4f1c9e0", restarts: 1 });
  assert.equal(beginAgain({ ...found, mode: "deploy" }).toplevel, null);
  const act = newAct({ verify: false, keep: 5, olderThan: null });
  assert.deepEqual(beginAgain({ ...found, mode: "prune", act: { ...act, begunAt: at(2) } }).act, act);
});

test("an unknown end is corrected once, and no other end ever is", () => {
  const end = (outcome: Deployment["outcome"]) =>
    aDeployment({ outcome, message: "was", finishedAt: at(1), generation: 3 });
  const truth = { outcome: "deployed", message: "it runs", generation: 4 } as const;
  const corrected = correctDeployment(end("unknown"), truth, by, at(60));
  assert.deepEqual(
    [corrected.outcome, corrected.message, corrected.generation, corrected.finishedAt, corrected.correction],
    ["deployed", "it runs", 4, at(1), { by, at: at(60), was: "unknown" }],
  );
  assert.equal(correctDeployment(corrected, { outcome: "rolled-back", message: "" }, by, at(61)), corrected);
  for (const outcome of ["deployed", "failed", "rollback-failed", "cancelled", null] as const) {
    const ended = end(outcome);
    assert.equal(correctDeployment(ended, truth, by, at(60)), ended);
  }
  const unknown = end("unknown");
  assert.equal(correctDeployment(unknown, { outcome: "unknown", message: "still" }, by, at(60)), unknown);
});

test("the phases, by what was asked for", () => {
  const names = Object.fromEntries(
    Object.entries(phases).map(([mode, list]) => [mode, list.map(({ name }) => name)]),
  );
  assert.deepEqual(names, {
    deploy: ["check", "build", "approve", "copy", "dry-activate", "confirm", "switch", "validate", "monitor"],
    "dry-run": ["check", "build", "approve", "copy", "dry-activate"],
    "build-only": ["check", "build"],
    boot: ["check", "build", "approve", "copy", "dry-activate", "confirm", "switch"],
    rollback: ["check", "dry-activate", "confirm", "switch", "validate"],
    diff: ["check", "build", "compare"],
    gc: ["check", "confirm", "collect"],
    prune: ["check", "confirm", "prune"],
    reboot: ["check", "confirm", "reboot"],
    adopt: ["check", "confirm", "adopt"],
  });
});

test("what is different on a host since it was looked at", () => {
  const facts = {
    current: "/nix/store/a",
    profile: "system-1-link",
    profileSystem: "/nix/store/a",
    generation: 1,
    bootId: "b1",
    rebootNeeded: false,
  };
  assert.equal(hostChange(facts, { ...facts, rebootNeeded: true }), null);
  assert.equal(hostChange(facts, { ...facts, current: "/nix/store/b" }), "/nix/store/b runs now");
  assert.equal(
    hostChange(facts, { ...facts, profile: null }),
    "its profile is gone now, and was system-1-link",
  );
  assert.equal(
    hostChange({ ...facts, profile: null }, facts),
    "its profile is system-1-link now, and was not there",
  );
  assert.equal(
    hostChange(facts, { ...facts, profileSystem: "/nix/store/b" }),
    "its profile names /nix/store/b now, and named /nix/store/a",
  );
  assert.equal(hostChange(facts, { ...facts, bootId: "b2" }), "it was rebooted");
});

test("an id holds its day, and is short enough to type", () => {
  const now = new Date("2026-11-23T23:59:59.999Z");
  assert.match(randomId("d", now), /^d-20261123-[0-9a-f]{4}$/);
  assert.match(randomId("r", now), /^r-20261123-[0-9a-f]{4}$/);
});
