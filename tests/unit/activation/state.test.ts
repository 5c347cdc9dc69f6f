import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isFinal, readSighting, readState } from "../../../src/activation/state.ts";

test("every state that supervisor.sh writes is read", () => {
  const table: readonly (readonly [string, object, boolean])[] = [
    ["starting", { kind: "starting" }, false],
    ["activating", { kind: "activating" }, false],
    ["activated 4", { kind: "activated", exitCode: 4 }, false],
    ["acked 0", { kind: "acked", exitCode: 0 }, false],
    ["committing", { kind: "committing" }, false],
    ["rolling-back nginx failed", { kind: "rolling-back", why: "nginx failed" }, false],
    ["committed system-13-link", { kind: "committed", profile: "system-13-link" }, true],
    ["rolled-back nginx failed", { kind: "rolled-back", why: "nginx failed" }, true],
    ["rollback-failed it hangs", { kind: "rollback-failed", why: "it hangs" }, true],
    ["superseded by hand", { kind: "superseded", why: "by hand" }, true],
    ["activated 104", { kind: "activated", exitCode: 104 }, false],
    ["rolled-back", { kind: "rolled-back", why: "" }, true],
    ["refused busy", { kind: "refused", why: "busy" }, true],
  ];
  for (const [line, state, final] of table) {
    assert.deepEqual(readState(line), state);
    assert.equal(isFinal(readState(line)), final, line);
  }
});

test("a word that is no state is an error, never a guess", () => {
  for (const line of ["", " ", "act", "COMMITTED x", "activated4", "state=activated"]) {
    assert.throws(() => readState(line), /reading the supervisor's state/);
  }
});

test("an activation without a whole exit code is an error", () => {
  for (const line of [
    "activated",
    "activated ",
    "acked x",
    "acked 1x",
    "acked x1",
    "acked 1 2",
    "acked 1000",
  ]) {
    assert.throws(() => readState(line), /reading the supervisor's state: .* has no exit code/, line);
  }
});

const answer =
  "state=acked 0\ncurrent=/nix/store/a\nprofile=system-1-link\nboot=b-1\nunit=active\nnext=12\nlog=\nline 1\nlog=\nline 2";

test("a sighting has the state, what runs, and the log with whatever is in it", () => {
  assert.deepEqual(readSighting(answer), {
    state: { kind: "acked", exitCode: 0 },
    current: "/nix/store/a",
    profile: "system-1-link",
    bootId: "b-1",
    unit: "active",
    next: 12,
    log: "line 1\nlog=\nline 2",
  });
});

test("an answer that was cut before its log is no answer", () => {
  const head = answer.indexOf("log=\n") + "log=\n".length;
  for (let length = 0; length < head; length++) {
    assert.throws(() => readSighting(answer.slice(0, length)), /reading the supervisor's state/);
  }
});

test("an answer with something before it is no answer", () => {
  assert.throws(() => readSighting(`Last login: today\n${answer}`), /reading the supervisor's state/);
  assert.throws(() => readSighting(`x${answer}`), /reading the supervisor's state/);
});

test("whatever a host prints is either a sighting or an error of ours", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (state, log) => {
      for (const text of [state, `state=${state}\ncurrent=\nprofile=\nboot=\nunit=\nnext=0\nlog=\n${log}`]) {
        try {
          readSighting(text);
        } catch (error) {
          assert.match(String(error), /reading the supervisor's state/);
        }
      }
    }),
  );
});
