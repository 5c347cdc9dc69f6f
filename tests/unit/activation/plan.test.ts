import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import fc from "fast-check";
import {
  claimArgv,
  type Plan,
  planFile,
  rescueTime,
  startArgv,
  supervisedFor,
  supervisorArgv,
  unreachedFor,
} from "../../../src/activation/plan.ts";
import { arbitraryWord } from "../../fakes/arbitrary-word.ts";

const run = promisify(execFile);
const old = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nixos-system-yoga-1";
const next = "/nix/store/1123456789abcdfghijklmnpqrsvwxyz-nixos-system-yoga-2";
const plan: Plan = {
  id: "d-20261123-7f3a",
  old,
  new: next,
  before: {
    current: old,
    profile: "system-12-link",
    profileSystem: old,
    generation: 12,
    bootId: "boot",
    rebootNeeded: false,
  },
  toGeneration: null,
  bootOnly: false,
  deadlines: { activateWithin: 300_000, ackWithin: 90_000, commitWithin: 300_000, rollbackWithin: 300_500 },
  activeUnits: ["nginx.service", "odd name;$(reboot).service"],
  answerHashes: { ack: "a", commit: "b", rollback: "c" },
};

/** What a shell reads from a plan. */
async function sourced(text: string, ...names: readonly string[]): Promise<string[]> {
  const script = `${text}\nprintf '%s\\0' ${names.map((name) => `"$${name}"`).join(" ")}`;
  const { stdout } = await run("/bin/sh", ["-c", script]);
  return stdout.split("\0").slice(0, -1);
}

test("the plan is a file that a shell reads: ids, systems, profile, deadlines in whole seconds", async () => {
  const names = ["id", "old", "new", "profile_link", "generation"];
  const times = ["activate_within", "ack_within", "commit_within", "rollback_within"];
  const hashes = ["ack_hash", "commit_hash", "rollback_hash"];
  assert.deepEqual(await sourced(planFile(plan), ...names, ...times, ...hashes), [
    "d-20261123-7f3a",
    old,
    next,
    "system-12-link",
    "",
    "300",
    "90",
    "300",
    "301",
    "a",
    "b",
    "c",
  ]);
});

test("a roll back names its generation; a host without a profile has an empty link", async () => {
  const text = planFile({ ...plan, toGeneration: 9, before: { ...plan.before, profile: null } });
  assert.deepEqual(await sourced(text, "generation", "profile_link"), ["9", ""]);
});

test("a specialisation names its own system, too, and a plan for the next boot says so", async () => {
  const parent = `${next}-parent`;
  const names = ["new", "target", "boot_only"];
  assert.deepEqual(await sourced(planFile({ ...plan, target: parent }), ...names), [next, parent, ""]);
  assert.deepEqual(await sourced(planFile({ ...plan, target: next, bootOnly: true }), ...names), [
    next,
    "",
    "yes",
  ]);
  assert.deepEqual(await sourced(planFile(plan), ...names), [next, "", ""]);
  assert.doesNotMatch(planFile({ ...plan, target: next }), /^target=/m);
});

test("whatever the profile's link is called, the shell reads it as it is and runs nothing", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryWord, async (profile) => {
      const [read] = await sourced(
        planFile({ ...plan, before: { ...plan.before, profile } }),
        "profile_link",
      );
      assert.equal(read, profile);
    }),
    { numRuns: 40 },
  );
});

test("a plan with anything but an id and two store paths is refused", () => {
  for (const wrong of [
    { id: "d-1; reboot" },
    { id: "../../etc" },
    { id: "xd-20261123-7f3a" },
    { id: "d-20261123-7f3a\nreboot" },
    { target: "/etc" },
    { old: "/etc" },
    { old: `${old}/..` },
    { new: "" },
    { new: `${next}\nreboot` },
  ]) {
    assert.throws(() => planFile({ ...plan, ...wrong }), /planning a switch/);
  }
});

test("the supervisor is started as a detached unit of its own, with the old system's tools", () => {
  const argv = startArgv(plan, "#!/bin/sh\necho ä\n");
  assert.deepEqual(argv.slice(0, 2), ["sh", "-c"]);
  assert.deepEqual(argv.slice(3), [
    "start",
    "d-20261123-7f3a",
    planFile(plan),
    "nginx.service\nodd name;$(reboot).service\n",
    "18",
    `${old}/sw/bin/systemd-run`,
    "--unit=switchyard-d-20261123-7f3a",
    "--description=Switchyard d-20261123-7f3a",
    "--collect",
    "--no-ask-password",
    "--quiet",
    "--service-type=exec",
    "-E",
    `PATH=${old}/sw/bin`,
    "-E",
    "HOME=/root",
    "-p",
    `ExecStopPost=${old}/sw/bin/sh /run/switchyard/d-20261123-7f3a/supervisor.sh finish`,
    "-p",
    "RuntimeMaxSec=2611",
    "-p",
    "TimeoutStopSec=1321",
    "-p",
    "OOMPolicy=continue",
    "-p",
    "SyslogIdentifier=switchyard",
    "--",
    `${old}/sw/bin/sh`,
    "/run/switchyard/d-20261123-7f3a/supervisor.sh",
    "run",
  ]);
  assert.equal(argv.includes("--pipe"), false);
});

test("the supervisor is over when every deadline has passed, one after the other", () => {
  assert.equal(supervisedFor(plan.deadlines), 3 * 300_000 + 90_000 + 300_000 + 2 * 300_500 + 720_000);
});

test("the supervisor is spoken to by its own script, with tools that the switch does not change", () => {
  assert.deepEqual(supervisorArgv("d-20261123-7f3a", old, "decide", "commit", ""), [
    `${old}/sw/bin/env`,
    `PATH=${old}/sw/bin`,
    `${old}/sw/bin/sh`,
    "/run/switchyard/d-20261123-7f3a/supervisor.sh",
    "decide",
    "commit",
    "",
  ]);
  assert.deepEqual(claimArgv("d-20261123-7f3a").slice(3), ["claim", "d-20261123-7f3a"]);
});

test("a switch that nobody reaches is over after activation, ack and roll back, and what is killed late", () => {
  const deadlines = {
    activateWithin: 1_000,
    ackWithin: 20_000,
    commitWithin: 300_000,
    rollbackWithin: 4_000_000,
  };
  assert.equal(unreachedFor(deadlines), 4_021_000 + 180_000);
});

test("the last roll back gets a quarter of an hour at least, and more where a roll back may take long", () => {
  const within = (rollbackWithin: number) => rescueTime({ ...plan.deadlines, rollbackWithin });
  assert.equal(within(1_000), 900_000);
  assert.equal(within(90_000), 900_000);
  assert.equal(within(600_000), 1_920_000);
});
