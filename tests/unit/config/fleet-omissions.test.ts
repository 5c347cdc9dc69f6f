import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFleetFile } from "../../../src/config/fleet-file.ts";
import { omissions } from "../../../src/config/fleet-omissions.ts";

function read(text: string) {
  const found = parseFleetFile(text);
  if (found.kind === "wrong") {
    throw new Error(found.mistakes.join("; "));
  }
  return found.file;
}

const full = `defaults:
  ref: origin/stable
  approvals: 2
people:
  ann: { web: ann }
  bob: { web: bob }
roles:
  viewer: [ann]
  deployer: [ann, bob]
  approver: [bob]
  server-deployer: []
hosts:
  yoga:
    approvals: 3
    windows: ["Mon 09:00-10:00 UTC"]
  vps:
    risk: high
    critical: [nginx.service]
    roles: [server-deployer]
`;

const lost = (text: string) => omissions(read(full), read(text), text);

test("a file that was cut off at any line is held, or loosens nothing", () => {
  const lines = full.split("\n");
  const open = ["defaults:", "people:", "roles:", "hosts:", "  yoga:", "  vps:"];
  for (let count = 1; count < lines.length - 1; count++) {
    const text = `${lines.slice(0, count).join("\n")}\n`;
    const parsed = parseFleetFile(text);
    // Nothing below a section is told by its own rule: whole sections are gone there.
    if (parsed.kind === "wrong" || !text.includes("hosts:") || open.includes(lines[count - 1] ?? "")) {
      continue;
    }
    assert.notDeepEqual(omissions(read(full), parsed.file, text), [], text);
  }
});

test("trusted refs that are left out are held where the default ref is none of them", () => {
  const before = "defaults: { ref: origin/main, refs: [origin/release] }\n";
  const gone = (after: string) => omissions(read(before), read(after), after);
  assert.deepEqual(gone("defaults: { ref: origin/main }\n"), ["defaults.refs"]);
  assert.deepEqual(gone("defaults: { ref: origin/main, refs: [origin/main] }\n"), [], "written");
  assert.deepEqual(gone("defaults: { ref: origin/release }\n"), [], "the same trust");
});

test("a watch that rolls back is not lost by leaving it out", () => {
  const before = "hosts: { yoga: { monitor: 5m, rollBackOnAlarm: true } }\n";
  const after = "hosts: { yoga: { tags: [a] } }\n";
  assert.deepEqual(omissions(read(before), read(after), after), [
    "hosts.yoga.monitor",
    "hosts.yoga.rollBackOnAlarm",
  ]);
});

test("what is left out is named by its place", () => {
  assert.deepEqual(lost(full.slice(0, full.indexOf("    windows"))), [
    "hosts.yoga.windows",
    "hosts.vps.roles",
    "hosts.vps.risk",
    "hosts.vps.critical",
  ]);
  assert.deepEqual(lost(full.replace("  viewer: [ann]\n", "")), ["roles.viewer"]);
  assert.deepEqual(lost(full.replace("  ref: origin/stable\n", "")), ["defaults.ref"]);
  assert.deepEqual(lost(full.replace("  approvals: 2\n", "")), ["defaults.approvals", "hosts.vps.approvals"]);
});

test("a rule that is written, and one that gets stricter by what is left out, is taken", () => {
  assert.deepEqual(lost(full), []);
  assert.deepEqual(lost(full.replace("approvals: 3", "approvals: 1")), []);
  assert.deepEqual(lost(full.replace('windows: ["Mon 09:00-10:00 UTC"]', "windows: []")), []);
  assert.deepEqual(lost(full.replace("risk: high", "risk: low")), []);
  assert.deepEqual(lost(full.replace("roles: [server-deployer]", "roles: [deployer]")), []);
  assert.deepEqual(lost(full.replace("  bob: { web: bob }\n", "")), [], "nobody may more without bob");
  assert.deepEqual(lost(full.replace("  approver: [bob]\n", "")), []);
});
