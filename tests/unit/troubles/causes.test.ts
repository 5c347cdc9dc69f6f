import assert from "node:assert/strict";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { auditFile } from "../../../src/logs/audit.ts";
import { redactor } from "../../../src/logs/redact.ts";
import { auditCause, fleetCause, surfaceCause, tokensCause } from "../../../src/troubles/causes.ts";
import { manualClock } from "../../fakes/manual-clock.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";

const full = new Error("writing", { cause: Object.assign(new Error("write"), { code: "ENOSPC" }) });

test("a cause is one sentence with one full stop, in the disk's words where it is the disk", () => {
  assert.match(auditCause(full), /^The audit cannot be written \(the disk is full\): .*[^.]\.$/);
  assert.match(tokensCause(new Error("it is damaged.")), /\(it is damaged\); .*[^.]\.$/);
  assert.equal(surfaceCause("slack", "not connected."), "slack is not well: not connected.");
});

test("of the mistakes of a fleet.yaml five are told, and how many more there are", () => {
  const mistakes = Array.from({ length: 7 }, (_, line) => `line ${line + 1}: it is wrong.`);
  assert.equal(fleetCause(mistakes).match(/it is wrong/g)?.length, 5);
  assert.match(fleetCause(mistakes), /the last good one is: line 1: it is wrong; .*; and 2 more\.$/);
  assert.match(fleetCause(mistakes.slice(0, 1)), /: line 1: it is wrong\.$/);
});

test("an audit that cannot be written says so, and says when it can again and nothing is missing", async (t) => {
  const directory = await scratchDirectory(t);
  const clock = manualClock();
  const said: string[] = [];
  const audit = auditFile({
    directory,
    clock,
    redact: redactor([]),
    onTrouble: () => {},
    onBlocked: (error) => said.push(error === null ? "well" : "blocked"),
  });
  const entry = { who: { surface: "web", id: "1", name: "A" }, what: "asked", about: "x", detail: "" };
  const path = join(directory, "audit.jsonl");
  await mkdir(path);
  await assert.rejects(audit.append(entry));
  assert.equal(said.at(-1), "blocked");
  await rm(path, { recursive: true });
  await clock.until(() => said.at(-1) === "well");
  await clock.settle(audit.close());
});
