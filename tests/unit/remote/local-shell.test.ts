import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { localShell } from "../../../src/remote/local-shell.ts";
import { ShellError } from "../../../src/remote/shell.ts";

const shell = localShell();
const timeout = 10_000;

function failsWith(failure: string): (error: unknown) => boolean {
  return (error) => {
    assert.equal(error instanceof ShellError && error.failure, failure, String(error));
    return true;
  };
}

async function scratch(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "switchyard-local-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Until the process is gone; the pids come from files that the commands wrote. */
async function isGone(pid: number): Promise<boolean> {
  for (let look = 0; look < 200; look++) {
    try {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8");
      if (/^\d+ \(.*\) Z/.test(stat)) {
        return true;
      }
    } catch {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

test("both streams and the exit code come back", async () => {
  const exit = await shell.run({ argv: ["sh", "-c", "echo out; echo err >&2; exit 3"], timeout });
  assert.deepEqual(exit, { exitCode: 3, stdout: "out\n", stderr: "err\n" });
});

test("words go to the program as they are, without a shell", async () => {
  const words = ["a b", "", "$(id)", "; reboot", "it's", "-n", "*"];
  const { stdout } = await shell.run({ argv: ["printf", "%s\\0", ...words], timeout });
  assert.deepEqual(stdout.split("\0").slice(0, -1), words);
});

test("stdin is closed, so a program that reads it does not wait", async () => {
  assert.equal((await shell.run({ argv: ["cat"], timeout })).stdout, "");
});

test("input is given and then closed, also to a program that does not read it", async () => {
  assert.equal((await shell.run({ argv: ["cat"], timeout, input: "hellö\n" })).stdout, "hellö\n");
  const unread = await shell.run({ argv: ["true"], timeout, input: "x".repeat(1024 ** 2) });
  assert.equal(unread.exitCode, 0);
});

test("lines come as they are printed, from both streams, and every one of many", async () => {
  const lines: string[] = [];
  const exit = await shell.run({
    argv: ["sh", "-c", "seq 1 20000; echo oh >&2"],
    timeout,
    onLine: (line, stream) => void lines.push(`${stream} ${line}`),
  });
  assert.equal(lines.filter((line) => line.startsWith("stdout")).length, 20_000);
  assert.equal(lines.includes("stderr oh"), true);
  assert.equal(exit.stdout.endsWith("19999\n20000\n"), true);
});

test("a program that is not there is named", async () => {
  await assert.rejects(shell.run({ argv: ["no-such-program"], timeout }), failsWith("not-found"));
  await assert.rejects(
    shell.run({ argv: ["no-such-program"], timeout }),
    /builder: starting no-such-program: ENOENT/,
  );
  await assert.rejects(shell.run({ argv: [], timeout }), /it is empty/);
});

test("a program that a signal ended has no exit code of its own", async () => {
  const exit = await shell.run({ argv: ["sh", "-c", "kill -9 $$"], timeout });
  assert.equal(exit.exitCode, -1);
});

test("out of time, the whole process group is ended", async (t) => {
  const directory = await scratch(t);
  const pids = join(directory, "pids");
  const script = `echo $$ >>${pids}; sh -c 'echo $$ >>${pids}; sleep 60' & wait`;
  const started = Date.now();
  await assert.rejects(shell.run({ argv: ["sh", "-c", script], timeout: 300 }), failsWith("timeout"));
  assert.equal(Date.now() - started < 4_000, true);
  const all = (await readFile(pids, "utf8")).trim().split("\n").map(Number);
  assert.equal(all.length, 2);
  for (const pid of all) {
    assert.equal(await isGone(pid), true);
  }
});

test("an abort ends it too, before or while it runs", async (t) => {
  const directory = await scratch(t);
  const pid = join(directory, "pid");
  const controller = new AbortController();
  const running = shell.run({
    argv: ["sh", "-c", `echo $$ >${pid}; echo started; exec sleep 60`],
    timeout,
    signal: controller.signal,
    onLine: () => controller.abort(new Error("cancelled by Bob")),
  });
  await assert.rejects(running, failsWith("aborted"));
  assert.equal(await isGone(Number(await readFile(pid, "utf8"))), true);
  await assert.rejects(
    shell.run({ argv: ["true"], timeout, signal: AbortSignal.abort(new Error("cancelled")) }),
    /cancelled/,
  );
});

test("a program that ignores TERM is killed after a while", async () => {
  const started = Date.now();
  const argv = ["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"];
  await assert.rejects(shell.run({ argv, timeout: 100 }), failsWith("timeout"));
  assert.equal(Date.now() - started < 8_000, true);
});

test("a program that prints more than can be kept is ended", async () => {
  await assert.rejects(shell.run({ argv: ["yes"], timeout }), failsWith("too-much-output"));
});

test("a daemon that a program leaves behind with its output open does not keep the answer back", {
  timeout: 5_000,
}, async (t) => {
  const directory = await scratch(t);
  const pid = join(directory, "pid");
  const exit = await shell.run({
    argv: ["sh", "-c", `sleep 2 & echo $! >${pid}; echo done`],
    timeout: 1_000,
  });
  assert.deepEqual(exit, { exitCode: 0, stdout: "done\n", stderr: "" });
});

test("many commands at once do not mix", async () => {
  const exits = await Promise.all(
    Array.from({ length: 20 }, (_, index) => shell.run({ argv: ["echo", String(index)], timeout })),
  );
  assert.deepEqual(
    exits.map(({ stdout }) => stdout),
    Array.from({ length: 20 }, (_, index) => `${index}\n`),
  );
});

test("a command whose output nobody takes right now is not read any further, and loses nothing", async () => {
  let seen = 0;
  let open: () => void = () => {};
  let gate: Promise<void> | null = null;
  const running = localShell().run({
    argv: ["sh", "-c", "yes 0123456789 | head -n 200000; echo the end >&2"],
    timeout: 20_000,
    onLine() {
      seen += 1;
    },
    whenReady() {
      if (seen > 10_000 && gate === null) {
        gate = new Promise((resolve) => {
          open = resolve;
        });
        return gate;
      }
      return null;
    },
  });
  while (gate === null) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const atPause = seen;
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(seen, atPause, "nothing is read while it waits");
  open();
  await running;
  assert.equal(seen, 200_001);
});
