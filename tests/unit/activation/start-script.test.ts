import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { claimArgv, startArgv } from "../../../src/activation/plan.ts";

const id = "d-20261123-7f3a";
const system = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-old";
const before = {
  current: system,
  profile: null,
  profileSystem: null,
  generation: null,
  bootId: "b",
  rebootNeeded: false,
};
const deadlines = { activateWithin: 1000, ackWithin: 1000, commitWithin: 1000, rollbackWithin: 1000 };
const plan = {
  id,
  old: system,
  new: system,
  before,
  toGeneration: null,
  bootOnly: false,
  deadlines,
  activeUnits: ["a.service"],
  answerHashes: { ack: "a", commit: "b", rollback: "c" },
};

/** The scripts as they are, on a folder of the test's in place of /run/switchyard, and with nothing to start. */
async function host(t: TestContext) {
  const run = await mkdtemp(join(tmpdir(), "switchyard-run-"));
  t.after(() => rm(run, { recursive: true, force: true }));
  const at = (argv: readonly string[]) => argv.map((word) => word.replaceAll("/run/switchyard", run));
  const call = (argv: readonly string[], input = "") => {
    const [file = "", ...args] = at(argv);
    return spawnSync(file, args, { input, encoding: "utf8" });
  };
  return {
    start(script: string, arrived = script) {
      const argv = startArgv(plan, script);
      return call(
        [
          ...argv.slice(
            0,
            argv.findIndex((word) => word.endsWith("/systemd-run")),
          ),
          "echo",
          "started",
        ],
        arrived,
      );
    },
    claim: () => call(claimArgv(id)),
    names: () => readdir(run),
    read: (name: string) => readFile(join(run, id, name), "utf8"),
  };
}

test("a start leaves everything in its place, then runs the unit", async (t) => {
  const { start, names, read } = await host(t);
  const { status, stdout } = start("#!/bin/sh\necho ä\n");
  assert.deepEqual([status, stdout], [0, "started\n"]);
  assert.deepEqual(await names(), [id]);
  assert.equal(await read("supervisor.sh"), "#!/bin/sh\necho ä\n");
  assert.match(await read("plan"), /^id='d-20261123-7f3a'\n/);
  assert.equal(await read("active-units"), "a.service\n");
  assert.equal(await read("log"), "");
});

test("a script that did not arrive whole is not started, and leaves nothing behind", async (t) => {
  const { start, names } = await host(t);
  const { status, stdout, stderr } = start("#!/bin/sh\necho whole\n", "#!/bin/sh\nec");
  assert.deepEqual([status, stdout], [1, ""]);
  assert.match(stderr, /did not arrive whole/);
  assert.deepEqual(await names(), []);
});

test("the same switch is not started twice", async (t) => {
  const { start } = await host(t);
  start("x");
  const again = start("x");
  assert.notEqual(again.status, 0);
  assert.equal(again.stdout, "");
});

test("a switch that was given up never starts; one that has begun cannot be given up", async (t) => {
  const first = await host(t);
  assert.equal(first.claim().status, 0);
  const late = first.start("x");
  assert.notEqual(late.status, 0);
  assert.equal(late.stdout, "");
  assert.equal(first.claim().status, 0, "giving up twice is as good as once");

  const second = await host(t);
  second.start("x");
  assert.notEqual(second.claim().status, 0);
});
