import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { scriptParts, supervisorScript } from "../../../src/activation/script.ts";
import { supervisorTools } from "../../../src/activation/tools.ts";

const script = await supervisorScript();
const hasShellcheck = spawnSync("shellcheck", ["--version"]).status === 0;

test("shellcheck finds nothing in supervisor.sh", {
  skip: hasShellcheck ? false : "shellcheck is not installed",
}, () => {
  const { status, stdout } = spawnSync("shellcheck", ["--shell=sh", "-"], {
    input: script,
    encoding: "utf8",
  });
  assert.equal(status, 0, stdout);
});

test("supervisor.sh is read by a POSIX shell", () => {
  const { status, stderr } = spawnSync("/bin/sh", ["-n"], { input: script, encoding: "utf8" });
  assert.equal(status, 0, stderr);
});

test("each part of it can be read in one sitting: 300 lines at most", async () => {
  for (const part of scriptParts) {
    const lines = (await readFile(part, "utf8")).split("\n").length - 1;
    assert.ok(lines <= 300, `${part.pathname}: ${lines}`);
  }
});

/** Programs that a shell script is likely to call, and that are no words of this one. */
const programs =
  "awk basename bc cat chmod chown cmp comm cp cut date dd df diff dirname du env expr find flock fold getent grep head hostname install join journalctl ln logger ls mkdir mkfifo mktemp mount mv nix nix-env nix-store nl nohup od paste pgrep pkill ps readlink realpath rm rmdir sed seq setsid sha1sum sha256sum sleep sort split stat sync systemctl systemd-run tac tail tee timeout touch tr truncate umount uniq wc xargs";

test("whatever supervisor.sh calls is among the tools that check and doctor look for, and none of those is for nothing", () => {
  const code = script.replaceAll(/^\s*#.*$/gm, "").replaceAll(/'[^'\n]*'/g, "''");
  const words = new Set(code.match(/(?<![$\w./{-])[a-z][\w-]*/g));
  const called = programs.split(" ").filter((program) => words.has(program));
  assert.deepEqual(
    called.filter((program) => !supervisorTools.includes(program)),
    [],
  );
  const byPlan = ["sh", "env", "systemd-run"];
  assert.deepEqual(
    supervisorTools.filter((tool) => !called.includes(tool) && !byPlan.includes(tool)),
    [],
  );
});
