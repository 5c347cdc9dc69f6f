import assert from "node:assert/strict";
import { test } from "node:test";
import { journalArgv, journalLines, unitsIn } from "../../../src/health/journal.ts";

test("the units of problems are named once each; other problems name none", () => {
  assert.deepEqual(
    unitsIn([
      "web.service failed (exit-code)",
      "web.service is critical and failed",
      "getty@tty1.service keeps restarting (3 times, exit-code)",
      "check http://yoga.service/ failed",
      "the system is degraded; it was running",
    ]),
    ["web.service", "getty@tty1.service"],
  );
});

test("each unit is one argument, and the answer is bounded", () => {
  assert.deepEqual(journalArgv(["web.service", "-x.service"]).slice(-2), [
    "--unit=web.service",
    "--unit=-x.service",
  ]);
  const long = Array.from({ length: 50 }, (_, line) => `${line} ${"x".repeat(1_000)}`).join("\n");
  const lines = journalLines(`${long}\n\n`);
  assert.equal(lines.length, 12);
  assert.equal(
    lines.every((line) => line.length <= 300),
    true,
  );
  assert.match(lines.at(-1) ?? "", /^49 /);
});
