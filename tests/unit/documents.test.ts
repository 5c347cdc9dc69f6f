import assert from "node:assert/strict";
import { test } from "node:test";
import { quotedIn, tableOf, testNames } from "./test-names.ts";

test("each row of the threat model has its tests, and they are there", async () => {
  const rows = await tableOf("SECURITY.md", "Who may harm what");
  const known = await testNames("tests");
  assert.ok(rows.length >= 8);
  for (const [threat = "", can = "", cannot = "", shown = ""] of rows) {
    const named = quotedIn(shown);
    assert.ok(threat !== "" && can !== "" && cannot !== "" && named.length > 0, threat);
    for (const name of named) {
      assert.ok(known.has(name), `${threat}: there is no test "${name}"`);
    }
  }
});

test("each row of what the scripts did has its tests, on machines but for those in italics", async () => {
  const rows = await tableOf("docs/parity.md", null);
  const [onMachines, without] = await Promise.all([testNames("tests/e2e"), testNames("tests/unit")]);
  assert.ok(rows.length >= 15);
  for (const [what = "", here = "", shown = ""] of rows) {
    const inItalics = [...shown.matchAll(/\*`([^`]+)`\*/g)].map(([, name = ""]) => name);
    const others = quotedIn(shown.replaceAll(/\*`[^`]+`\*/g, ""));
    assert.ok(here !== "" && inItalics.length + others.length > 0, what);
    for (const name of others) {
      assert.ok(onMachines.has(name), `${what}: there is no test "${name}" on real machines`);
    }
    for (const name of inItalics) {
      assert.ok(without.has(name), `${what}: there is no test "${name}"`);
    }
  }
});
