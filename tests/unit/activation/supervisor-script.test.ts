import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../../src/activation/supervisor.sh", import.meta.url));
const hasShellcheck = spawnSync("shellcheck", ["--version"]).status === 0;

test("shellcheck finds nothing in supervisor.sh", {
  skip: hasShellcheck ? false : "shellcheck is not installed",
}, () => {
  const { status, stdout } = spawnSync("shellcheck", ["--shell=sh", script], { encoding: "utf8" });
  assert.equal(status, 0, stdout);
});

test("supervisor.sh is read by a POSIX shell", () => {
  const { status, stderr } = spawnSync("/bin/sh", ["-n", script], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
});
