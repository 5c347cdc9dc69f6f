import assert from "node:assert/strict";
import { test } from "node:test";
import {
  decideSwitch,
  followSupervisor,
  isOver,
  type SupervisorLink,
} from "../../../src/activation/supervisor.ts";
import { deadlines } from "../../../src/config/deadlines.ts";
import { type FakeShell, fakeShell } from "../../fakes/fake-shell.ts";
import { manualClock } from "../../fakes/manual-clock.ts";

const old = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-old";

function following(change: Partial<SupervisorLink> = {}) {
  const clock = manualClock();
  const shell = fakeShell("yoga", { clock });
  const fresh = fakeShell("yoga anew", { clock });
  const lines: string[] = [];
  const states: string[] = [];
  let looks = 0;
  const link: SupervisorLink = {
    ...{ id: "d-20261123-7f3a", old, shell, fresh, clock, read: { offset: 0 } },
    answers: (id, answer) => `the word for ${answer} of ${id}`,
    until: clock.now() + 60_000,
    onLog: (line) => void lines.push(line),
    onState: (state) => void states.push(state.kind),
    onLook: () => {
      looks += 1;
    },
    ...change,
  };
  return { clock, shell, fresh, link, lines, states, looks: () => looks };
}

const seen = (state: string, log = "", unit = "active", next = Buffer.byteLength(log)) => ({
  stdout: `state=${state}\ncurrent=x\nprofile=y\nboot=z\nunit=${unit}\nnext=${next}\nlog=\n${log}`,
});

/** Answers the next looks in this order, and all later ones as the last. */
function looksLike(shell: FakeShell, ...answers: readonly Parameters<FakeShell["on"]>[1][]) {
  const [last, ...before] = [...answers].reverse();
  shell.on(" show ", last ?? {});
  for (const answer of before) {
    shell.once(" show ", answer);
  }
}

test("a bot that comes back after all deadlines still asks how it went", async () => {
  const { clock, shell, link, looks } = following({ until: 0 });
  looksLike(shell, new Error("away"), new Error("away"), seen("committed system-2-link", "", "inactive"));
  assert.equal((await clock.settle(followSupervisor(link, "acked"))).kind, "final");
  assert.equal(looks(), 3, "each look is told of, whether the host answered or not");
  const never = following({ until: 0 });
  looksLike(never.shell, new Error("away"));
  const from = never.clock.now();
  assert.equal((await never.clock.settle(followSupervisor(never.link, "acked"))).kind, "silent");
  const took = never.clock.now() - from;
  assert.ok(took >= deadlines.hostCommand && took < deadlines.hostCommand + 2_000, String(took));
});

test("a state is told of when it changes, and trouble when it is another one", async () => {
  const { clock, shell, link, states, lines } = following();
  const away = new Error("away");
  looksLike(
    shell,
    ...[seen("activating"), seen("activating"), away, away, { exitCode: 255, stderr: "x" }, away],
    ...[seen("acked 0"), seen("acked 0"), seen("rolled-back a", "", "inactive")],
  );
  await clock.settle(followSupervisor(link, "acked"));
  assert.deepEqual(states, ["activating", "acked", "rolled-back"]);
  const lost = "(bot) yoga: looking at the supervisor: exit 255";
  assert.deepEqual(lines, ["(bot) away", lost, "(bot) away"]);
});

test("what was missed a few times, and is there again, is missed from the beginning", async () => {
  const { clock, shell, link } = following();
  const gone = { exitCode: 2 };
  const there = seen("activating");
  looksLike(shell, gone, gone, gone, there, gone, gone, gone, there, seen("acked 0"));
  assert.deepEqual(await clock.settle(followSupervisor(link, "start")), { kind: "acked", exitCode: 0 });
});

test("a supervisor that is not there, on a host that cannot say that it never begins, is not gone", async () => {
  const { clock, shell, link } = following();
  looksLike(shell, { exitCode: 127 });
  shell.on(" claim ", { exitCode: 1 });
  const followed = await clock.settle(followSupervisor(link, "start"));
  assert.deepEqual(followed, { kind: "silent", why: "no answer", last: null });
});

test("any other exit is no sign that it is not there", async () => {
  const { clock, shell, link } = following();
  looksLike(shell, { exitCode: 1 });
  const followed = await clock.settle(followSupervisor(link, "start"));
  assert.equal(followed.kind === "silent" && followed.why, "yoga: looking at the supervisor: exit 1");
});

test("at its end the rest of the log is read, and a last line without an end comes out, too", async () => {
  const { clock, shell, link, lines } = following();
  looksLike(
    shell,
    seen("committed system-2-link", "one\ntw", "inactive", 6),
    seen("committed system-2-link", "o\nthr", "inactive", 11),
    seen("committed system-2-link", "ee", "inactive", 13),
    seen("committed system-2-link", "", "inactive", 13),
  );
  const followed = await clock.settle(followSupervisor(link, "acked"));
  assert.equal(followed.kind, "final");
  assert.deepEqual(lines, ["one", "two", "three"]);
  assert.equal(shell.ran.length, 4);
  const endless = following();
  looksLike(endless.shell, seen("committed system-2-link", "x\n", "inactive", 2));
  await endless.clock.settle(followSupervisor(endless.link, "acked"));
  assert.equal(endless.shell.ran.length, 257, "16 MiB and no more");
});

test("a log that was taken away meanwhile ends the reading", async () => {
  const { clock, shell, link, lines } = following();
  looksLike(shell, seen("committed system-2-link", "one\n", "inactive"), { exitCode: 2 });
  assert.equal((await clock.settle(followSupervisor(link, "acked"))).kind, "final");
  assert.deepEqual(lines, ["one"]);
});

test("a supervisor is over when its unit neither runs nor comes or goes", () => {
  const units = ["active", "activating", "reloading", "refreshing", "deactivating", "inactive", "failed", ""];
  assert.deepEqual(
    units.filter((unit) => isOver({ unit })),
    ["inactive", "failed", ""],
  );
});

test("a decision brings its own word on stdin, over a connection of its own", async () => {
  const { clock, fresh, link } = following();
  fresh.on(" decide ", {});
  await clock.settle(decideSwitch(link, "commit"));
  assert.deepEqual(
    fresh.ran.map(({ argv, input }) => [...argv.slice(-3), input]),
    [["decide", "commit", "", "the word for commit of d-20261123-7f3a\n"]],
  );
});

test("a unit that was seen inactive a few times, and works again, is not gone", async () => {
  const { clock, shell, link } = following();
  const idle = seen("activating", "", "inactive");
  looksLike(shell, idle, idle, idle, seen("acked 0"));
  assert.deepEqual(await clock.settle(followSupervisor(link, "start")), { kind: "acked", exitCode: 0 });
});

test("a last word of a unit that stops is waited for, however long it was stopping before", async () => {
  const { clock, shell, link } = following();
  const stops = Array.from({ length: 20 }, () => seen("activating", "", "deactivating"));
  const first = seen("committed system-9-link", "", "deactivating");
  looksLike(shell, ...stops, first, seen("rolled-back it was killed", "", "inactive"));
  const followed = await clock.settle(followSupervisor(link, "start"));
  assert.equal(followed.kind === "final" && followed.state.kind, "rolled-back");
});
