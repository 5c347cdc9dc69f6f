import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readSnapshot, snapshotArgv, unitsToKeep } from "../../../src/health/snapshot.ts";

function block(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join("\n");
}

const nginx = {
  Id: "nginx.service",
  LoadState: "loaded",
  ActiveState: "active",
  SubState: "running",
  NRestarts: "0",
  InvocationID: "abc",
  Result: "success",
  WantedBy: "multi-user.target",
  RequiredBy: "",
  TriggeredBy: "",
  Transient: "no",
  ActiveEnterTimestamp: "@1000",
};
const read = (...units: readonly Readonly<Record<string, string>>[]) =>
  readSnapshot(`running\n2000\n${units.map(block).join("\n\n")}\n\nend-of-snapshot\n`);

test("a snapshot has the system's word and each unit as it is", () => {
  assert.deepEqual(read(nginx), {
    system: "running",
    units: {
      "nginx.service": {
        active: "active",
        sub: "running",
        restarts: 0,
        isSteady: true,
        invocation: "abc",
        load: "loaded",
        result: "success",
        wanted: true,
      },
    },
  });
});

test("a unit is steady when it was never restarted, or runs for two minutes since", () => {
  const steady = (restarts: string, since: string) =>
    read({ ...nginx, NRestarts: restarts, ActiveEnterTimestamp: since }).units["nginx.service"]?.isSteady;
  assert.equal(steady("0", ""), true);
  assert.equal(steady("3", "@1879"), true);
  assert.equal(steady("3", "@1880"), false);
  assert.equal(steady("3", "@1999"), false);
  assert.equal(steady("3", ""), false);
});

test("a unit is wanted when something wants it all the time, and no timer, socket or path starts it", () => {
  const wanted = (change: Partial<typeof nginx>) =>
    read({ ...nginx, ...change }).units["nginx.service"]?.wanted;
  assert.equal(wanted({}), true);
  assert.equal(wanted({ WantedBy: "", RequiredBy: "x.service" }), true);
  assert.equal(wanted({ WantedBy: "" }), false);
  assert.equal(wanted({ TriggeredBy: "nginx.timer" }), true, "a target wants it beside its timer");
  assert.equal(wanted({ WantedBy: "", RequiredBy: "x.service", TriggeredBy: "nginx.timer" }), false);
});

test("our own supervisors and transient units are nobody's health", () => {
  const { units } = read(
    { ...nginx, Id: "switchyard-d-20261123-0001.service" },
    { ...nginx, Id: "run-u5.service", Transient: "yes" },
    nginx,
  );
  assert.deepEqual(Object.keys(units), ["nginx.service"]);
});

test("mounts and targets have no restarts, and values may hold an equals sign", () => {
  const { units } = read({ Id: "-.mount", ActiveState: "active", Result: "a=b" });
  assert.deepEqual([units["-.mount"]?.restarts, units["-.mount"]?.result], [0, "a=b"]);
});

test("an answer that was cut anywhere is an error: it must not pass for a host with fewer units", () => {
  const whole = `running\n2000\n${block(nginx)}\n\nend-of-snapshot\n`;
  for (let length = 0; length < whole.length - 1; length++) {
    assert.throws(() => readSnapshot(whole.slice(0, length)), /the answer is not whole/);
  }
});

test("output of any kind that is whole is read without an error", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      readSnapshot(`running\n1\n${text}\nend-of-snapshot\n`);
    }),
  );
});

test("what has to run again after a roll back: active, wanted, and no target", () => {
  const snapshot = read(
    { ...nginx, Id: "z.service" },
    { ...nginx, Id: "a.service" },
    { ...nginx, Id: "failed.service", ActiveState: "failed" },
    { ...nginx, Id: "oneshot.service", WantedBy: "" },
    { ...nginx, Id: "multi-user.target" },
  );
  assert.deepEqual(unitsToKeep(snapshot), ["a.service", "z.service"]);
});

test("the patterns are arguments, not a part of the script", () => {
  assert.deepEqual(snapshotArgv("s=1").slice(3), [
    "snapshot",
    "s=1",
    "*.service",
    "*.socket",
    "*.timer",
    "*.path",
    "*.mount",
    "*.target",
    "*.swap",
    "*.automount",
  ]);
});
