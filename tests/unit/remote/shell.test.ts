import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandError, lastLines, mustRun } from "../../../src/remote/shell.ts";
import { fakeShell } from "../../fakes/fake-shell.ts";
import { manualClock } from "../../fakes/manual-clock.ts";

test("a command that must succeed says what it was for, its exit code and its last words", async () => {
  const shell = fakeShell("yoga", { clock: manualClock() });
  shell.on("df", { exitCode: 2, stdout: "ignored", stderr: "one\ntwo\n\n" });
  shell.on("quiet", { exitCode: 1 });
  await assert.rejects(mustRun(shell, "looking at the disk", { argv: ["df"], timeout: 1 }), (error) => {
    assert.equal(error instanceof CommandError && error.message, "looking at the disk: exit 2: two");
    return true;
  });
  await assert.rejects(
    mustRun(shell, "being quiet", { argv: ["quiet"], timeout: 1 }),
    /being quiet: exit 1: no output/,
  );
});

test("the last lines are the last that say something", () => {
  assert.deepEqual(lastLines("a\n\n  \nb\nc\n", 2), ["b", "c"]);
  assert.deepEqual(lastLines("", 2), []);
});
