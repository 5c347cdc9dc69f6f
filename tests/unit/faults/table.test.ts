import assert from "node:assert/strict";
import { test } from "node:test";
import { deployPhases } from "../../../src/deploy/deployment.ts";
import type { Seen } from "../../e2e/faults/play.ts";
import { nameOf, type Row } from "../../e2e/faults/row.ts";
import { rows } from "../../e2e/faults/rows.ts";
import { faultsDocument } from "../../e2e/faults/table.ts";

test("every row has a name of its own", () => {
  const names = rows.map(nameOf);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
});

test("the rows of a fault stand together, in the order of the phases", () => {
  const faults = rows.map(({ fault }) => fault).filter((fault, index, all) => fault !== all[index - 1]);
  assert.equal(new Set(faults).size, faults.length);
  for (const fault of faults) {
    const phases = rows.filter((row) => row.fault === fault).map(({ phase }) => deployPhases.indexOf(phase));
    assert.deepEqual(phases, [...phases].sort(), fault);
  }
});

test("the bot's crash and both broken ways are played in each phase", () => {
  for (const fault of ["bot killed, back at once", "SSH to the builder cut", "SSH to the host cut"]) {
    const phases = new Set(rows.filter((row) => row.fault === fault).map(({ phase }) => phase));
    // Nothing is under way while an approval is waited for: it is a card like the one in confirm.
    assert.deepEqual(
      [...phases],
      deployPhases.filter((name) => name !== "approve"),
      fault,
    );
  }
});

test("a line of the table says what was seen, also where profile and boot entry differ", () => {
  const row: Row = {
    fault: "profile changed by hand",
    phase: "confirm",
    when: "at the click",
    strike: null,
    ends: { runs: "old", outcome: "superseded", says: /its profile is/ },
  };
  const seen: Seen = {
    runs: "old",
    profile: "other",
    entry: "old",
    outcome: "superseded",
    says: "a|b",
    seconds: 4,
  };
  const lines = faultsDocument([{ row, seen }], "Written by a test.").split("\n");
  assert.equal(lines[2], "Written by a test.");
  assert.equal(
    lines.at(-2),
    "| profile changed by hand | confirm: at the click | old | old (profile: other) | superseded | a\\|b | 4 s |",
  );
});
