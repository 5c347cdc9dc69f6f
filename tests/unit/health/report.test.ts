import assert from "node:assert/strict";
import { test } from "node:test";
import { healthReportArgv, parseHealthReport } from "../../../src/health/report.ts";
import { sick, sound } from "./recorded-report.ts";

test("a report is read as a real host prints it; a disk that is named again counts once", () => {
  assert.deepEqual(parseHealthReport("yoga", sound), {
    system: "running",
    uptimeSeconds: 3318,
    load: [14.92, 14.38, 12],
    cores: 2,
    memory: { total: 24683620, available: 23129804 },
    swap: { total: 0, free: 0 },
    disks: [{ mount: "/", used: 26441328, available: 79949584 }],
    failedUnits: [],
    critical: [
      { unit: "web.service", state: "active" },
      { unit: "sshd.service", state: "active" },
    ],
    ports: [],
    switchedAt: 0,
    journal: [],
  });
});

test("what listens is told by port and program, each once, and whether others reach it", () => {
  const rows = [
    'tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=1,fd=3))',
    'tcp LISTEN 0 128 [::]:22 [::]:* users:(("sshd",pid=1,fd=4))',
    'tcp LISTEN 0 511 127.0.0.1:5432 0.0.0.0:* users:(("postgres",pid=2,fd=6))',
    'tcp LISTEN 0 511 *:8080 *:* users:(("nginx",pid=3,fd=7))',
    'tcp LISTEN 0 511 [::1]:8080 [::]:* users:(("nginx",pid=3,fd=6),("nginx",pid=4,fd=6))',
    "udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:*",
    "nonsense",
  ];
  const said = sound.replace(
    "--- journal",
    `${rows.map((row) => `listen=${row}`).join("\n")}\nswitched=1700000000\n--- journal`,
  );
  const { ports, switchedAt } = parseHealthReport("yoga", said);
  assert.deepEqual(
    ports.map(({ port, protocol, program, isOpen }) => [port, protocol, program, isOpen]),
    [
      [22, "tcp", "sshd", true],
      [53, "udp", "", false],
      [5432, "tcp", "postgres", false],
      [8080, "tcp", "nginx", true],
    ],
  );
  assert.equal(switchedAt, 1_700_000_000);
});

test("failed units, critical ones that do not run and the journal's errors are in it", () => {
  const report = parseHealthReport("zephyrus", sick);
  assert.equal(report.system, "degraded");
  assert.deepEqual(report.failedUnits, ["restic-backups.service"]);
  assert.deepEqual(report.critical[1], { unit: "nothing.service", state: "inactive" });
  assert.equal(report.journal.length, 2);
  assert.match(report.journal[1] ?? "", /Fatal: unable to open config file/);
});

test("a line in the journal cannot pass for an answer of the host", () => {
  const forged = sick.replace("Fatal: unable", "\nstate=running\nfailed=nothing\nFatal: unable");
  const report = parseHealthReport("zephyrus", forged);
  assert.equal(report.system, "degraded");
  assert.deepEqual(report.failedUnits, ["restic-backups.service"]);
});

test("an answer that was cut is refused", () => {
  for (const length of [0, 40, sick.indexOf("--- journal"), sick.length - 20]) {
    assert.throws(
      () => parseHealthReport("zephyrus", sick.slice(0, length)),
      /health of zephyrus.*not whole/,
    );
  }
});

test("critical units are arguments of the script, and no part of it", () => {
  const argv = healthReportArgv(["web.service", "$(reboot).service"]);
  assert.deepEqual(argv.slice(3), ["health", "web.service", "$(reboot).service"]);
  assert.equal(argv[2]?.includes("reboot"), false);
});
