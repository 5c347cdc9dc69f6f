import assert from "node:assert/strict";
import { test } from "node:test";
import {
  decideSwitch,
  followSupervisor,
  type SupervisorLink,
  startSupervisor,
} from "../../../src/activation/supervisor.ts";
import { fakeShell } from "../../fakes/fake-shell.ts";
import { manualClock } from "../../fakes/manual-clock.ts";

const old = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-old";

function following() {
  const clock = manualClock();
  const shell = fakeShell("yoga", { clock });
  const fresh = fakeShell("yoga anew", { clock });
  const lines: string[] = [];
  const states: string[] = [];
  const link: SupervisorLink = {
    id: "d-20261123-7f3a",
    answers: (id, answer) => `the word for ${answer} of ${id}`,
    old,
    shell,
    fresh,
    clock,
    until: clock.now() + 60_000,
    read: { offset: 0 },
    onLog: (line) => void lines.push(line),
    onState: (state) => void states.push(state.kind),
  };
  const seen = (
    state: string,
    log = "",
    unit = "active",
    next = link.read.offset + Buffer.byteLength(log),
  ) => ({
    stdout: `state=${state}\ncurrent=x\nprofile=y\nboot=z\nunit=${unit}\nnext=${next}\nlog=\n${log}`,
  });
  return { clock, shell, fresh, link, lines, states, seen };
}

test("the ack is given when the host is activated, and over a fresh connection", async () => {
  const { clock, shell, fresh, link, seen, states } = following();
  shell.on("show", seen("acked 0"));
  shell.once("show", seen("activated 0"));
  shell.once("show", seen("activating"));
  fresh.on("ack", {});
  const followed = await clock.settle(followSupervisor(link, "start"));
  assert.deepEqual(followed, { kind: "acked", exitCode: 0 });
  assert.deepEqual(states, ["activating", "activated", "acked"]);
  assert.deepEqual(
    fresh.ran.map(({ argv, input }) => [argv.at(-1), input]),
    [["ack", "the word for ack of d-20261123-7f3a\n"]],
    "the word comes on stdin",
  );
});

test("a last word counts when the supervisor's process has ended, and not before", async () => {
  const { clock, shell, fresh, link, seen, states } = following();
  fresh.on("ack", {});
  shell.on("show", seen("acked 0"));
  shell.once("show", seen("activated 0"));
  shell.once("show", seen("committed system-99-link", "", "activating"));
  shell.once("show", seen("committed system-99-link"));
  const followed = await clock.settle(followSupervisor(link, "start"));
  assert.deepEqual(followed, { kind: "acked", exitCode: 0 });
  assert.deepEqual(states, ["committed", "activated", "acked"]);
  for (const unit of ["inactive", "failed", "unknown"]) {
    shell.forget();
    shell.on("show", seen("committed system-2-link", "", unit));
    assert.equal((await clock.settle(followSupervisor(link, "acked"))).kind, "final", unit);
  }
});

test("an ack that does not get through is tried again, and its trouble is said once", async () => {
  const { clock, shell, fresh, link, seen, lines } = following();
  shell.on("show", seen("rolled-back nobody came", "", "inactive"));
  for (let count = 0; count < 5; count++) {
    shell.once("show", seen("activated 0"));
  }
  fresh.on("ack", { exitCode: 255, stderr: "Connection timed out" });
  const followed = await clock.settle(followSupervisor(link, "start"));
  assert.equal(followed.kind, "final");
  assert.equal(fresh.ran.length, 5);
  assert.deepEqual(lines, ["(bot) reaching yoga over a new connection: exit 255: Connection timed out"]);
});

test("the log is asked for from where it was read to, in bytes, and comes out in whole lines", async () => {
  const { clock, shell, link, seen, lines } = following();
  const chunks = ["erste Zeile\nzweite Zei", "le mit ä\n", ""];
  shell.on("show", (command) => {
    const chunk = chunks.shift();
    const offset = Number(command.argv.at(-1));
    assert.equal(offset, { 2: 0, 1: 22, 0: 32 }[chunks.length]);
    return chunks.length === 0
      ? seen("committed system-2-link", chunk, "inactive")
      : seen("activating", chunk);
  });
  await clock.settle(followSupervisor(link, "acked"));
  assert.deepEqual(lines, ["erste Zeile", "zweite Zeile mit ä"]);
});

test("bytes that are no UTF-8, or a letter cut in two, do not make the log skip", async () => {
  const { clock, shell, link, seen } = following();
  const offsets: number[] = [];
  const log = Buffer.concat([Buffer.from("grün "), Buffer.from([0xff]), Buffer.from(" ende\n")]);
  shell.on("show", (command) => {
    const offset = Number(command.argv.at(-1));
    offsets.push(offset);
    return seen(
      offsets.length === 3 ? "committed system-2-link" : "activating",
      log.subarray(offset).toString(),
      offsets.length === 3 ? "inactive" : "active",
      log.length,
    );
  });
  await clock.settle(followSupervisor(link, "acked"));
  assert.deepEqual([...new Set(offsets)], [0, log.length]);
});

test("a supervisor that is missed once or twice is not gone", async () => {
  const { clock, shell, link, seen } = following();
  shell.on("show", seen("acked 4"));
  shell.once("show", { exitCode: 2 });
  shell.once("show", { exitCode: 127 });
  assert.deepEqual(await clock.settle(followSupervisor(link, "start")), { kind: "acked", exitCode: 4 });
});

test("a supervisor that is not there is gone once the host is sure that it never begins", async () => {
  const { clock, shell, link } = following();
  shell.on("show", { exitCode: 2 });
  shell.on(" claim ", {});
  assert.deepEqual(await clock.settle(followSupervisor(link, "start")), { kind: "gone", last: null });
  assert.equal(shell.ran.filter(({ argv }) => argv[3] === "claim").length, 1);
});

test("one that was seen to start and left no trace is not said to have only started", async () => {
  const { clock, shell, link, seen } = following();
  shell.on("show", { exitCode: 2 });
  shell.once("show", seen("starting"));
  shell.on(" claim ", {});
  assert.deepEqual(await clock.settle(followSupervisor(link, "start")), { kind: "gone", last: null });
  shell.forget();
  shell.on("show", seen("starting", "", "inactive"));
  const left = await clock.settle(followSupervisor(link, "start"));
  assert.deepEqual(left, { kind: "gone", last: { kind: "starting" } }, "its folder proves it");
});

test("a supervisor whose unit is over without a last word is gone, with the state it was in", async () => {
  const { clock, shell, link, seen } = following();
  shell.on("show", seen("activating", "", "inactive"));
  assert.deepEqual(await clock.settle(followSupervisor(link, "start")), {
    kind: "gone",
    last: { kind: "activating" },
  });
});

test("a unit that stops for long after its last word is waited for some ten seconds, not more", async () => {
  const { clock, shell, link, seen } = following();
  shell.on("show", seen("rolled-back it was killed", "", "deactivating"));
  const from = clock.now();
  assert.equal((await clock.settle(followSupervisor(link, "start"))).kind, "final");
  assert.ok(clock.now() - from > 7_000 && clock.now() - from < 15_000);
});

test("a unit that is stopping still has its finish to do", async () => {
  const { clock, shell, link, seen } = following();
  shell.on("show", seen("rolled-back it was killed", "", "inactive"));
  for (let count = 0; count < 20; count++) {
    shell.once("show", seen("activating", "", "deactivating"));
  }
  assert.equal((await clock.settle(followSupervisor(link, "start"))).kind, "final");
});

test("a host that never answers is silent after the deadline, with the last reason", async () => {
  const { clock, shell, link } = following();
  shell.on("show", new Error("No route to host"));
  const followed = await clock.settle(followSupervisor(link, "start"));
  assert.deepEqual(followed, { kind: "silent", why: "No route to host", last: null });
  assert.equal(clock.now() >= link.until, true);
});

test("a host that never answers is waited for as long as a switch without an ack takes, and one that did to its last deadline", async () => {
  const never = following();
  never.shell.on("show", new Error("No route to host"));
  const begun = never.clock.now();
  const unreachedUntil = begun + 50_000;
  const silent = await never.clock.settle(followSupervisor({ ...never.link, unreachedUntil }, "start"));
  assert.equal(silent.kind, "silent");
  assert.ok(never.clock.now() - begun < 52_000);

  const once = following();
  once.shell.on("show", new Error("No route to host"));
  once.shell.once("show", once.seen("activating"));
  const start = once.clock.now();
  await once.clock.settle(followSupervisor({ ...once.link, unreachedUntil: start + 50_000 }, "start"));
  assert.ok(once.clock.now() - start >= 60_000);
});

test("a decision is one line, whatever the reason holds", async () => {
  const { clock, link, fresh } = following();
  fresh.on("decide", {});
  await clock.settle(decideSwitch(link, "rollback", `nginx\nfailed\t${"x".repeat(600)}`));
  const why = fresh.ran[0]?.argv.at(-1) ?? "";
  assert.equal(why.startsWith("nginx failed x"), true);
  assert.equal(why.length, 500);
});

test("a decision that the host refuses is an error", async () => {
  const { clock, link, fresh } = following();
  fresh.on("decide", { exitCode: 1, stderr: "no such file" });
  await assert.rejects(
    clock.settle(decideSwitch(link, "commit")),
    /telling yoga to commit: exit 1: no such file/,
  );
});

test("the start carries supervisor.sh on its stdin", async () => {
  const { clock, shell } = following();
  shell.on(" start ", {});
  const before = {
    current: old,
    profile: null,
    profileSystem: null,
    generation: null,
    bootId: "b",
    rebootNeeded: false,
  };
  const deadlines = { activateWithin: 1, ackWithin: 1, commitWithin: 1, rollbackWithin: 1 };
  const plan = {
    id: "d-20261123-7f3a",
    old,
    new: old,
    before,
    toGeneration: null,
    bootOnly: false,
    deadlines,
    activeUnits: [],
    answerHashes: { ack: "a", commit: "b", rollback: "c" },
  };
  await clock.settle(startSupervisor(shell, plan));
  const input = shell.ran[0]?.input ?? "";
  assert.match(input, /^#!\/bin\/sh\n/);
  assert.equal(shell.ran[0]?.argv[7], String(Buffer.byteLength(input)));
});
