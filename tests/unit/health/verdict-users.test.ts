import assert from "node:assert/strict";
import { test } from "node:test";
import type { HealthSnapshot } from "../../../src/deploy/health-snapshot.ts";
import { judge } from "../../../src/health/verdict.ts";
import { ends, snapshot, verdictOf } from "./judged.ts";

test("failed units of logged-in people are told, and roll nothing back", () => {
  const verdict = verdictOf({ after: {}, more: { users: { mira: ["sync.service"] } } });
  assert.deepEqual([ends(verdict), verdict.notes], ["well", ["sync.service of mira failed"]]);
});

test("a person's unit that had failed before is told of as such, and no other one is", () => {
  const failedOf = (users: Record<string, string[]>) => snapshot({}, { users });
  const judged = (before: HealthSnapshot) => {
    const seen = failedOf({ mira: ["sync.service", "mail.service"], constructor: ["x.service"] });
    const how = { before, middle: seen, after: seen, critical: [], touched: new Set<string>(), checks: [] };
    return judge(how).notes;
  };
  assert.deepEqual(judged(failedOf({ mira: ["sync.service"] })), [
    "sync.service of mira failed, as it had before",
    "mail.service of mira failed",
    "x.service of constructor failed",
  ]);
  assert.equal(judged(snapshot({}))[0], "sync.service of mira failed");
});

test("a person whose units could not be asked for is told of, and nothing is judged by it", () => {
  const seen = snapshot({}, { unasked: { mira: "the host has no setpriv (util-linux)" } });
  const how = {
    before: seen,
    middle: seen,
    after: seen,
    critical: [],
    touched: new Set<string>(),
    checks: [],
  };
  const { isHealthy, isDegraded, notes } = judge(how);
  assert.deepEqual(
    { isHealthy, isDegraded, notes },
    {
      isHealthy: true,
      isDegraded: false,
      notes: ["the user units of mira were not looked at: the host has no setpriv (util-linux)"],
    },
  );
});
