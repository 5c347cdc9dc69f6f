import assert from "node:assert/strict";
import { test } from "node:test";
import { staleTables } from "../../rehearsal/break/leftovers.ts";
import { type Broken, isKind, type Kind, kinds, planBreak, planMend } from "../../rehearsal/break/plan.ts";

const broken: Broken = {
  fleet: "test-1",
  machine: "yoga",
  network: { subnet: 3, port: 22 },
  address: "127.83.3.11",
};
const names = Object.keys(kinds).filter(isKind);

test("every kind of fault has steps, and every one that lasts has steps that undo it", () => {
  const passing: readonly Kind[] = ["reboot", "power-cut", "kill-supervisor"];
  for (const kind of names) {
    assert.ok(planBreak(kind, broken).length > 0, kind);
    assert.equal(planMend(kind, broken).length > 0, !passing.includes(kind), kind);
  }
});

test("packets are dropped for one address alone, in a table of its own that mending removes", () => {
  const [drop] = planBreak("drop-packets", broken);
  const table = "switchyard_test_1__127_83_3_11";
  assert.deepEqual(drop, {
    at: "here",
    argv: ["nft", "-f", "-"],
    input: [
      `add table inet ${table}`,
      `delete table inet ${table}`,
      `add table inet ${table}`,
      `add chain inet ${table} in { type filter hook input priority 0; }`,
      `add rule inet ${table} in ip daddr 127.83.3.11 drop`,
      `add rule inet ${table} in ip saddr 127.83.3.11 drop`,
      "",
    ].join("\n"),
  });
  assert.deepEqual(planMend("drop-packets", broken), [
    { at: "here", argv: ["nft", "-f", "-"], input: `add table inet ${table}\ndelete table inet ${table}\n` },
  ]);
});

test("the builder's sshd has Debian's name", () => {
  const [stop] = planBreak("stop-sshd", { ...broken, machine: "builder" });
  assert.ok(stop?.at === "machine" && stop.script.includes("systemctl stop ssh.service"));
});

test("a crashed run's tables are told from those of fleets with a similar name", () => {
  const listed = [
    "table inet filter",
    "table inet switchyard_test_1__127_83_3_11",
    "table inet switchyard_test_12__127_83_4_11",
    "table ip switchyard_test_1__127_83_3_11",
    "",
  ].join("\n");
  assert.deepEqual(staleTables("test-1", listed), ["switchyard_test_1__127_83_3_11"]);
});
