import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { scratchDirectory } from "../fakes/scratch.ts";

const main = join(import.meta.dirname, "../../src/main.ts");

test("doctor whose reader closes the pipe early works on, and its exit code stays the true one", async (t) => {
  const directory = await scratchDirectory(t);
  // The reader is gone before the first line is written; the status printed is the task's, not the reader's.
  const script = `exec 3>&1; { "$@"; echo "exit $?" >&3; } | :`;
  const env = { PATH: process.env["PATH"] ?? "", SWITCHYARD_FLAKE: join(directory, "no-flake") };
  const said = await new Promise<string>((resolve) => {
    const args = ["-c", script, "sh", process.execPath, main, "doctor"];
    execFile("sh", args, { cwd: directory, env, timeout: 60_000 }, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
  assert.equal(said, "exit 1\n");
});
