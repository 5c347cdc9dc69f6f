import assert from "node:assert/strict";
import { test } from "node:test";
import { checkArgv, checkName, runChecks } from "../../../src/health/checks.ts";
import { ShellError } from "../../../src/remote/shell.ts";
import { fakeShell } from "../../fakes/fake-shell.ts";
import { manualClock } from "../../fakes/manual-clock.ts";

test("each kind of check is one command, and its address never an option", () => {
  assert.deepEqual(checkArgv({ http: "http://localhost/healthz" }), [
    "curl",
    "--fail",
    "--silent",
    "--show-error",
    "--max-time",
    "8",
    "--output",
    "/dev/null",
    "--",
    "http://localhost/healthz",
  ]);
  assert.deepEqual(checkArgv({ tcp: "localhost:5432" }), ["nc", "-z", "-w", "8", "--", "localhost", "5432"]);
  assert.deepEqual(checkArgv({ command: ["redis-cli", "ping"] }), ["redis-cli", "ping"]);
  assert.equal(checkName({ command: ["redis-cli", "ping"] }), "redis-cli ping");
});

test("checks run side by side, and each says for itself how it went", async () => {
  const clock = manualClock();
  const shell = fakeShell("yoga", { clock });
  shell.on("curl", { exitCode: 22, stderr: "first\ncurl: (22) 503\n" });
  shell.on("nc", {});
  shell.on("redis-cli", { exitCode: 1 });
  shell.on("slow", new ShellError("timeout", "yoga: slow was ended: timeout"));
  const checks = [
    { http: "http://localhost" },
    { tcp: "localhost:1" },
    { command: ["redis-cli", "ping"] },
    { command: ["slow"] },
  ];
  assert.deepEqual(await clock.settle(runChecks(shell, checks, clock)), [
    { name: "http://localhost", failure: "curl: (22) 503" },
    { name: "localhost:1", failure: null },
    { name: "redis-cli ping", failure: "exit 1" },
    { name: "slow", failure: "yoga: slow was ended: timeout" },
  ]);
  assert.equal(shell.ran.filter(({ argv }) => argv[0] === "curl").length, 3);
  assert.equal(shell.ran.filter(({ argv }) => argv[0] === "nc").length, 1);
});
