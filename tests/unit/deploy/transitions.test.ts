import assert from "node:assert/strict";
import { test } from "node:test";
import { awaitsDecision, type Deployment, deploymentSchema } from "../../../src/deploy/deployment.ts";
import { randomId } from "../../../src/deploy/ids.ts";
import { hostChange } from "../../../src/deploy/phases/confirm.ts";
import { phases } from "../../../src/deploy/phases/index.ts";
import { remainingPhases } from "../../../src/deploy/recovery.ts";
import {
  decideDeployment,
  endDeployment,
  enterPhase,
  expireDeployment,
  isInTheWay,
} from "../../../src/deploy/transitions.ts";
import { aDeployment } from "../../fakes/records.ts";

const at = (minute: number) => `2026-11-23T10:${String(minute).padStart(2, "0")}:00.000Z`;
const by = { surface: "slack", id: "U2", name: "Bob" };
const asking = aDeployment({ phase: "confirm", confirmation: { expiresAt: at(30), decision: null } });

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
  ] as const) {
    assert.equal(
      isInTheWay(aDeployment({ mode: open }), host, mode),
      isBlocked,
      `${open}, then ${mode} of ${host}`,
    );
  }
});

test("after a restart: what had not asked yet ends, a card waits on, a switch is followed", () => {
  const names = (change: Partial<Deployment>) =>
    remainingPhases(aDeployment(change))?.map(({ name }) => name) ?? null;
  for (const phase of ["check", "build", "copy", "dry-activate"] as const) {
    assert.equal(names({ phase }), null);
  }
  assert.deepEqual(names({ phase: "confirm" }), ["confirm", "switch", "validate"]);
  assert.equal(names({ phase: "switch" }), null, "without its intent the switch has not begun");
  assert.deepEqual(names({ phase: "switch", supervisedUntil: at(30) }), ["switch", "validate"]);
  assert.deepEqual(names({ phase: "validate", supervisedUntil: at(30) }), ["switch", "validate"]);
  assert.deepEqual(names({ mode: "rollback", phase: "confirm" }), ["confirm", "switch", "validate"]);
});

test("the phases, by what was asked for", () => {
  const names = Object.fromEntries(
    Object.entries(phases).map(([mode, list]) => [mode, list.map(({ name }) => name)]),
  );
  assert.deepEqual(names, {
    deploy: ["check", "build", "copy", "dry-activate", "confirm", "switch", "validate"],
    "dry-run": ["check", "build", "copy", "dry-activate"],
    "build-only": ["check", "build"],
    rollback: ["check", "dry-activate", "confirm", "switch", "validate"],
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
  assert.equal(hostChange(facts, { ...facts, bootId: "b2" }), "it was rebooted");
});

test("an id holds its day, and is short enough to type", () => {
  const now = new Date("2026-11-23T23:59:59.999Z");
  assert.match(randomId("d", now), /^d-20261123-[0-9a-f]{4}$/);
  assert.match(randomId("r", now), /^r-20261123-[0-9a-f]{4}$/);
});
