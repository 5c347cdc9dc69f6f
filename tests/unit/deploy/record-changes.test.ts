import assert from "node:assert/strict";
import { test } from "node:test";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import { newAct } from "../../../src/deploy/host-act.ts";
import {
  approveDeployment,
  beginAgain,
  canDecide,
  correctDeployment,
  decideDeployment,
  type End,
  endDeployment,
  enterPhase,
  expireDeployment,
  firstPlace,
  type NewDeployment,
  newDeployment,
} from "../../../src/deploy/transitions.ts";
import { aConfirmation, aDeployment } from "../../fakes/records.ts";

/** Whole records before and after each change: nothing is lost on the way, and nothing comes from nowhere. */

const at = (minute: number) => `2026-11-23T10:${String(minute).padStart(2, "0")}:00.000Z`;
const by = { surface: "slack", id: "U2", name: "Bob" };
const act = newAct({ verify: true, keep: 5, olderThan: null });
const waiting = { state: "waiting", behind: "Alice's d-1", since: at(1), until: null } as const;
const asked: NewDeployment = {
  ...{ id: "d-20261123-0007", run: "r-20261123-0007", host: "yoga", mode: "rollback", requestedBy: by },
  ...{ reason: "500s", ref: "origin/x", allowAnyRef: true, isForced: true, noRollback: true },
  ...{
    isTogether: true,
    queue: waiting,
    risk: "high",
    log: "logs/x.log",
    flakeCheck: true,
    console: "https://c",
  },
  ...{ toplevel: "/nix/store/a", toGeneration: 7, isForward: true, act, watch: 60_000, alarmOf: "d-1" },
};
const nothingFound = {
  ...{ isTrusted: null, refApproval: null, revision: null, commit: null, phase: "check", outcome: null },
  ...{ message: null, help: null, lines: [], derivation: null, previous: null, runs: null, before: null },
  ...{ baseline: null, generation: null, diff: [], units: null, warnings: [], rebootNeeded: false },
  ...{ isInhibited: false, nixVersion: null, confirmation: null, supervisedUntil: null, lastState: null },
  ...{ restarts: 0, comparison: null, correction: null, times: {}, createdAt: at(0), finishedAt: null },
  ...{ checks: [], source: null, diagnosis: null, monitor: null },
};

test("a new record holds what was asked for, and nothing that was not", () => {
  assert.deepEqual(newDeployment(asked, at(0)), { ...nothingFound, ...asked });
  const { id, run, host, mode, requestedBy, reason, ref, risk, log } = asked;
  const bare: NewDeployment = {
    ...{ id, run, host, mode, requestedBy, reason, ref, risk, log },
    allowAnyRef: false,
  };
  assert.deepEqual(newDeployment(bare, at(0)), {
    ...nothingFound,
    ...bare,
    ...{ isForced: false, isTogether: false, flakeCheck: false, console: null, toplevel: null },
    ...{ toGeneration: null, isForward: null, act: null, watch: null, alarmOf: null },
    queue: { state: "turn", behind: null, since: null, until: null },
  });
  assert.equal("noRollback" in newDeployment({ ...bare, noRollback: false }, at(0)), false);
});

test("what touches a host begins by waiting for its turn, and what does not has it at once", () => {
  const place = { behind: null, since: null, until: null };
  assert.deepEqual(firstPlace("deploy"), { state: "waiting", ...place });
  assert.deepEqual(firstPlace("build-only"), { state: "turn", ...place });
});

test("begun again, a record holds what was asked for, what was approved, and its revision", () => {
  const refApproval = { action: "switch", by, at: at(3), toplevel: "/nix/store/a" } as const;
  const found: Deployment = {
    ...newDeployment(asked, at(0)),
    ...{
      revision: "4f1c9e0",
      refApproval,
      restarts: 1,
      phase: "copy",
      warnings: ["old"],
      runs: "/nix/store/b",
    },
    ...{ act: { ...act, begunAt: at(2) }, isTrusted: true, baseline: { system: "running", units: {} } },
  };
  const fresh = { ...nothingFound, ...asked, revision: "4f1c9e0", refApproval, isTrusted: true };
  assert.deepEqual(beginAgain(found), { ...fresh, restarts: 1 }, "it only waited");
  const turn = { ...found.queue, state: "turn" as const };
  assert.deepEqual(beginAgain({ ...found, queue: turn }), { ...fresh, queue: turn, restarts: 2 });
  const plain = beginAgain({ ...found, act: null, noRollback: false });
  assert.equal(plain.act, null);
  assert.equal("noRollback" in plain, false);
});

test("only a roll back knows its system and number before it has looked", () => {
  const target = (change: Partial<Deployment>) => {
    const { toplevel, toGeneration, isForward } = beginAgain({ ...newDeployment(asked, at(0)), ...change });
    return [toplevel, toGeneration, isForward];
  };
  assert.deepEqual(target({}), ["/nix/store/a", 7, true]);
  for (const change of [{ mode: "deploy" }, { toplevel: null }, { toGeneration: null }] as const) {
    assert.deepEqual(target(change), [null, null, null], JSON.stringify(change));
  }
});

test("a phase that was never entered, or was left, is not closed again", () => {
  const fresh = aDeployment();
  assert.deepEqual(enterPhase(fresh, "build", at(1)).times, {
    build: { startedAt: at(1), finishedAt: null },
  });
  const left = { ...fresh, times: { check: { startedAt: at(0), finishedAt: at(1) } } };
  const ended = endDeployment(left, { outcome: "failed", message: "no" }, at(5));
  assert.deepEqual(ended.times, left.times);
});

const open = aDeployment({
  ...{ phase: "build", generation: 3, lastState: "running", baseline: { system: "running", units: {} } },
  times: { build: { startedAt: at(0), finishedAt: null } },
});

test("an end is written with all that it says, closes its phase, and the baseline goes", () => {
  const diagnosis = { title: "no space", line: "x", where: null, advice: "make room" };
  const end: End = {
    ...{ outcome: "failed", message: "no", help: "look", lines: ["a", "b"], generation: 4 },
    ...{ lastState: "acked", diagnosis },
  };
  const times = { build: { startedAt: at(0), finishedAt: at(9) } };
  const all = { times, finishedAt: at(9), baseline: null };
  assert.deepEqual(endDeployment(open, end, at(9)), { ...open, ...end, ...all });
  assert.deepEqual(endDeployment(open, { outcome: "failed", message: "no" }, at(9)), {
    ...open,
    ...all,
    ...{
      outcome: "failed",
      message: "no",
      help: null,
      lines: [],
      generation: 3,
      lastState: null,
      diagnosis: null,
    },
  });
});

test("a correction is written with all that it says, and leaves the rest of the record", () => {
  const unknown: Deployment = { ...open, outcome: "unknown", message: "was", help: "h", lines: ["x"] };
  const end = { outcome: "rolled-back", message: "it is back" } as const;
  const correction = { by, at: at(60), was: "unknown" };
  assert.deepEqual(
    correctDeployment(unknown, { ...end, help: "read", lines: ["y"], generation: 2 }, by, at(60)),
    {
      ...{ ...unknown, ...end, help: "read", lines: ["y"], generation: 2, correction },
    },
  );
  assert.deepEqual(correctDeployment(unknown, end, by, at(60)), {
    ...{ ...unknown, ...end, help: null, lines: [], generation: 3, correction },
  });
});

const asking = aDeployment({ phase: "confirm", confirmation: aConfirmation(at(30)) });
const word = (minute: number) => ({ by, person: "bob", at: at(minute) });

test("a word counts where the card awaits one, after those that were given, and its own yes with it", () => {
  const once = approveDeployment(asking, word(5));
  const twice = approveDeployment(once, word(6));
  assert.deepEqual(twice.confirmation?.approvals, [word(5), word(6)]);
  assert.equal(twice.confirmation?.decision, null);
  const yes = { action: "switch", by, at: at(7) } as const;
  const decided = decideDeployment(twice, yes, word(7));
  assert.deepEqual(decided.confirmation?.approvals, [word(5), word(6), word(7)]);
  assert.deepEqual(decided.confirmation?.decision, yes);
  assert.equal(approveDeployment(decided, word(8)), decided, "it is decided");
  assert.equal(decideDeployment(decided, yes, word(8)), decided);
  assert.equal(approveDeployment(asking, word(31)), asking, "it has expired");
  const none = aDeployment({ phase: "confirm" });
  assert.equal(approveDeployment(none, word(5)), none, "there is no card");
});

test("a click can change something until the last moment of a card that asks", () => {
  assert.equal(canDecide(asking, at(30)), true);
  assert.equal(canDecide(asking, at(31)), false);
  assert.equal(canDecide(aDeployment({ phase: "confirm" }), at(1)), false);
  assert.equal(canDecide({ ...asking, outcome: "expired" }, at(1)), false);
});

test("a card that expires says that nothing was touched", () => {
  const { outcome, message, finishedAt } = expireDeployment(asking, at(31));
  const text = "Nobody decided in time; the running system is untouched.";
  assert.deepEqual([outcome, message, finishedAt], ["expired", text, at(31)]);
});
