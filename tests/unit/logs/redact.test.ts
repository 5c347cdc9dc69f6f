import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { auditFile } from "../../../src/logs/audit.ts";
import { redactor } from "../../../src/logs/redact.ts";
import { manualClock } from "../../fakes/manual-clock.ts";

test("every secret is masked, wherever and however often it stands", () => {
  const redact = redactor(["first-secret", null, "second+secret"]);
  assert.equal(redact("a first-secret b second+secret c first-secret"), "a ••• b ••• c •••");
  assert.equal(redact("nothing here"), "nothing here");
});

test("what is too short to be a secret masks nothing", () => {
  assert.equal(redactor(["", "a", "1234567"])("a 1234567"), "a 1234567");
});

test("a secret inside JSON is masked without breaking the JSON", () => {
  const line = redactor(["first-secret"])(JSON.stringify({ token: "first-secret", n: 1 }));
  assert.deepEqual(JSON.parse(line), { token: "•••", n: 1 });
});

test("the audit is one line of JSON for each entry, masked and only ever appended", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "switchyard-audit-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const who = { surface: "web", id: "token", name: "Alice" };
  for (const about of ["/deploy yoga\nsecond line", "first-secret"]) {
    // A second bot on the same file goes on where the first stopped.
    const audit = auditFile(directory, manualClock("2026-11-23T07:41:08.850Z"), redactor(["first-secret"]));
    await audit({ who, what: "asked", about, detail: "done" });
  }
  const lines = (await readFile(join(directory, "audit.jsonl"), "utf8")).trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    ["/deploy yoga\nsecond line", "•••"].map((about) => ({
      at: "2026-11-23T07:41:08.850Z",
      who,
      what: "asked",
      about,
      detail: "done",
    })),
  );
});
