import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { beginMark, framed } from "../../../src/remote/frame.ts";
import { asRoot, hopArgv, hopShell, sshOptions, type Target } from "../../../src/remote/hop.ts";
import { createMasters } from "../../../src/remote/masters.ts";
import { ShellError } from "../../../src/remote/shell.ts";
import { fakeShell } from "../../fakes/fake-shell.ts";
import { manualClock } from "../../fakes/manual-clock.ts";

const env = "/run/current-system/sw/bin/env";
const begun = (output: string, noise = "") => `${noise}\n${beginMark}\n${output}`;

const yoga: Target = {
  name: "yoga",
  address: "yoga.lan",
  port: 2222,
  user: "root",
  connectTimeout: 10,
  via: "builder" as const,
};

const masters = createMasters(() => 0);

test("a hop checks the host's key, never asks, and never waits for ever", () => {
  assert.deepEqual(sshOptions(yoga, { shared: "a1b2" }), [
    "-o",
    "BatchMode=yes",
    "-o",
    "StrictHostKeyChecking=yes",
    "-o",
    "ConnectTimeout=10",
    "-o",
    "ServerAliveInterval=10",
    "-o",
    "ServerAliveCountMax=3",
    "-o",
    "ControlMaster=auto",
    "-o",
    "ControlPath=%d/.ssh/switchyard-a1b2-%C",
    "-o",
    "ControlPersist=30",
    "-p",
    "2222",
  ]);
});

test("a fresh hop shares no connection", () => {
  const options = sshOptions(yoga, "fresh");
  assert.equal(options.includes("ControlPath=none"), true);
  assert.equal(options.includes("ControlMaster=no"), true);
  assert.equal(options.includes("ControlPersist=30"), false);
});

test("the command is one quoted word behind --, and the host ends it a little later than the bot would", () => {
  const argv = hopArgv(yoga, ["echo", "it's; $(id)"], 40_000, { shared: "a1b2" });
  assert.deepEqual(argv.slice(-3), [
    "--",
    "root@yoga.lan",
    framed(["timeout", "--kill-after=10", "45", "echo", "it's; $(id)"]),
  ]);
});

test("on the host's side a shell sees the very argv", async (t) => {
  const bin = await mkdtemp(join(tmpdir(), "switchyard-hop-"));
  t.after(() => rm(bin, { recursive: true, force: true }));
  await writeFile(join(bin, "timeout"), `#!/bin/sh\nprintf '%s\\0' "$@"\n`);
  await chmod(join(bin, "timeout"), 0o755);
  const words = ["sh", "-c", "echo $1; rm -rf /", "x", "a b", "", "it's", "--", "-o ProxyCommand=x", "$(id)"];
  const line = hopArgv({ ...yoga, user: "deploy" }, words, 1_000, "fresh").at(-1) ?? "";
  const { stdout } = await promisify(execFile)("/bin/sh", ["-c", line], { env: { PATH: `${bin}:/bin` } });
  assert.deepEqual(stdout.replace(`\n${beginMark}\n`, "").split("\0").slice(0, -1), [
    "--kill-after=10",
    "6",
    "sudo",
    "-n",
    "--",
    env,
    ...words,
  ]);
});

test("another user than root goes through sudo, which must not ask", () => {
  assert.deepEqual(asRoot("root", ["id"]), ["id"]);
  assert.deepEqual(asRoot("deploy", ["id"]), ["sudo", "-n", "--", env, "id"]);
  assert.deepEqual(asRoot("deploy", ["env", "A=b", "id"]), ["sudo", "-n", "--", env, "A=b", "id"]);
});

test("a host that is the builder is no hop", async () => {
  const builder = fakeShell("builder", { clock: manualClock() });
  builder.on(/./, {});
  await hopShell(builder, { ...yoga, address: "local", user: "builder" }, masters).run({
    argv: ["id"],
    timeout: 1,
  });
  assert.deepEqual(builder.ran[0]?.argv, ["sudo", "-n", "--", env, "id"]);
});

test("ssh's own 255 is a host that cannot be reached, with ssh's last words", async () => {
  const builder = fakeShell("builder", { clock: manualClock() });
  builder.on("ssh", {
    exitCode: 255,
    stderr: "debug\nssh: connect to host yoga.lan port 2222: No route to host\n\n",
  });
  await assert.rejects(hopShell(builder, yoga, masters).run({ argv: ["id"], timeout: 1_000 }), (error) => {
    assert.equal(error instanceof ShellError && error.failure, "unreachable");
    assert.match(String(error), /yoga: ssh from builder to yoga.lan: .*No route to host/);
    return true;
  });
});

test("any other exit code is the command's own", async () => {
  const builder = fakeShell("builder", { clock: manualClock() });
  builder.on("ssh", { exitCode: 3, stdout: begun("out"), stderr: begun("err") });
  assert.deepEqual(await hopShell(builder, yoga, masters).run({ argv: ["id"], timeout: 1_000 }), {
    exitCode: 3,
    stdout: "out",
    stderr: "err",
  });
});

test("stdin, deadline, signal and listener go along over the hop", async () => {
  const builder = fakeShell("builder", { clock: manualClock() });
  builder.on("ssh", { stdout: begun("one\ntwo\n", "Welcome to yoga!\n\u001b[1mlunch is at noon") });
  const lines: string[] = [];
  const shell = hopShell(builder, yoga, masters);
  await shell.run({ argv: ["cat"], timeout: 1_000, input: "hello", onLine: (line) => void lines.push(line) });
  assert.equal(builder.ran[0]?.input, "hello");
  assert.deepEqual(lines, ["one", "two"]);
});

test("whatever a login shell's files print before, with or without a newline, the answer is the command's own", async () => {
  for (const noise of [
    "echo\n",
    "no newline",
    "crlf\r\n\u001b[31mred\u001b[0m\r\n",
    `set -x: ${beginMark} x\n`,
    "\n\n",
    "",
  ]) {
    const builder = fakeShell("builder", { clock: manualClock() });
    builder.on("ssh", (command) => {
      const line = command.argv.at(-1) ?? "";
      const { stdout, stderr } = spawnSync(
        "/bin/sh",
        ["-c", `printf %s "$NOISE"; printf %s "$NOISE" >&2; ${line}`],
        {
          encoding: "utf8",
          env: { NOISE: noise, PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
        },
      );
      return { stdout, stderr };
    });
    const exit = await hopShell(builder, yoga, masters).run({
      argv: ["sh", "-c", "echo answer; echo trouble >&2"],
      timeout: 5_000,
    });
    assert.deepEqual([exit.stdout, exit.stderr], ["answer\n", "trouble\n"], noise);
  }
});

test("a shell that never runs the command is an error that says what came instead", async () => {
  const builder = fakeShell("builder", { clock: manualClock() });
  for (const exitCode of [0, 1, 2, 127]) {
    builder.on("ssh", { exitCode, stdout: "This account is not available.\n" });
    await assert.rejects(
      hopShell(builder, yoga, masters).run({ argv: ["id"], timeout: 1_000 }),
      /yoga: the shell of root did not run the command \(exit \d+\); this came: "This account is not available\."/,
    );
  }
});

test("a command's own 255 is no lost connection", async () => {
  const builder = fakeShell("builder", { clock: manualClock() });
  builder.on("ssh", { exitCode: 255, stdout: begun("") });
  assert.equal((await hopShell(builder, yoga, masters).run({ argv: ["x"], timeout: 1_000 })).exitCode, 255);
});

test("a connection takes new commands for its life only, however often it is used, and none after a look failed", async () => {
  let now = 1_000_000;
  const own = createMasters(() => now, 30_000);
  const builder = fakeShell("builder", { clock: manualClock() });
  builder.on("ssh", { exitCode: 0, stdout: begun("") });
  const shell = hopShell(builder, yoga, own);
  const path = async () => {
    await shell.run({ argv: ["true"], timeout: 1_000 }).catch(() => {});
    return builder.ran.at(-1)?.argv.find((word) => word.startsWith("ControlPath="));
  };
  const first = await path();
  for (const passed of [10_000, 10_000, 9_000]) {
    now += passed;
    assert.equal(await path(), first);
  }
  now += 1_000;
  const second = await path();
  assert.notEqual(second, first, "each look used it, and it ends all the same");
  builder.once("ssh", { exitCode: 255, stderr: "Connection reset" });
  assert.equal(await path(), second);
  assert.notEqual(await path(), second, "what failed is not tried over again");
  const other = hopShell(builder, { ...yoga, port: 2223 }, own);
  await other.run({ argv: ["true"], timeout: 1_000 });
  const last = builder.ran.at(-1)?.argv.find((word) => word.startsWith("ControlPath="));
  assert.notEqual(last, await path(), "another configuration has its own");
});
