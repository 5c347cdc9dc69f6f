import assert from "node:assert/strict";
import { test } from "node:test";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import { maxOpen } from "../../../src/deploy/parts.ts";
import { maxWaiting } from "../../../src/deploy/queue.ts";
import {
  refuseBegin,
  refuseClosed,
  refuseForRollback,
  refuseLocked,
  refuseRef,
  refuseWaiver,
} from "../../../src/deploy/refusals.ts";
import { hostNamed } from "../../../src/fleet/host.ts";
import { aDeployment } from "../../fakes/records.ts";
import { aLock, asks, back, begin, carol, fleetOf, help, monitor, now, parts, said } from "./refused.ts";

test("a run does not touch one machine twice, under whichever names; what touches no host may look at both", () => {
  const fleet = "hosts: { b: { targetHost: 10.0.0.7 }, c: { targetHost: 10.0.0.7 } }";
  const of = (mode: Deployment["mode"], ...hosts: string[]) =>
    begin(
      hosts.map((host, index) => aDeployment({ mode, host, id: `d-20261123-000${index}` })),
      {},
      fleet,
    );
  const refused = of("deploy", "a", "b", "c");
  assert.equal(said(refused), "busy: b and c are one machine, and a run can switch it only once.");
  assert.match(help(refused) ?? "", /^Correct targetHost of one of them in fleet\.yaml/);
  assert.equal(of("deploy", "a", "b"), null);
  assert.equal(of("build-only", "a", "b", "c"), null);
  const machine = { hostKeys: ["ssh-ed25519 SHA256:x"], machineId: "", bootId: "", hostName: "x" };
  const asked = ["x", "y"].map((host) => aDeployment({ host, id: host }));
  const known = { open: [], locks: [], machines: { x: machine, y: machine } };
  assert.match(said(refuseBegin(parts(), known, asked)) ?? "", /x and y are one machine/);
});

test("so many deployments may be open and no more, those that are asked for counted", () => {
  const open = (count: number) =>
    Array.from({ length: count }, (_, index) => aDeployment({ id: `d-${index}`, host: `h${index}` }));
  assert.equal(begin([aDeployment()], { open: open(maxOpen - 1) }), null);
  const refused = begin([aDeployment()], { open: open(maxOpen) });
  assert.equal(said(refused), "unavailable: 200 deployments are open, which is enough.");
  assert.equal(help(refused), "Wait for some of them, or cancel them.");
  const two = [aDeployment({ id: "a" }), aDeployment({ id: "b", host: "vps" })];
  assert.notEqual(begin(two, { open: open(maxOpen - 1) }), null);
});

test("an id that is open already is not given twice, on whichever host", () => {
  const refused = begin([aDeployment()], { open: [aDeployment({ host: "vps" })] });
  assert.equal(said(refused), "unavailable: Two deployments got the same id.");
  assert.equal(help(refused), "Ask again.");
  const others = [aDeployment({ id: "d-1", host: "vps" }), aDeployment({ id: "d-2", host: "vps" })];
  assert.equal(begin([aDeployment()], { open: others }), null);
});

test("a lock holds whatever touches its host, but a roll back to what ran well; all locks are named", () => {
  const locks = [aLock("yoga"), aLock("*", { by: { ...carol, name: "dave" }, reason: "audit" })];
  const text =
    "locked: yoga is locked: carol locked yoga at 2026-11-23 09:00 UTC: new disk; dave locked every host at 2026-11-23 09:00 UTC: audit.";
  for (const [asked, isHeld] of [
    [aDeployment(), true],
    [aDeployment({ mode: "dry-run" }), true],
    [aDeployment({ mode: "gc" }), true],
    [back({ isForward: true }), true],
    [back(), false],
    [back({ isForward: null }), false],
    [aDeployment({ mode: "build-only" }), false],
    [aDeployment({ mode: "diff" }), false],
  ] as const) {
    assert.equal(said(begin([asked], { locks })), isHeld ? text : null, `${asked.mode} ${asked.isForward}`);
  }
  assert.equal(begin([aDeployment({ host: "vps" })], { locks: [aLock("yoga")] }), null);
  const over = aLock("yoga", { until: "2026-11-23T10:00:00.000Z" });
  assert.equal(begin([aDeployment()], { locks: [over] }), null);
  const asked = [aDeployment({ host: "vps", id: "d-1" }), aDeployment()];
  assert.match(said(begin(asked, { locks: [aLock("yoga")] })) ?? "", /yoga is locked/);
});

test("a refusal for a lock says which word takes it off", () => {
  assert.match(help(refuseLocked("yoga", aLock("yoga"))) ?? "", /can \/unlock yoga\. A \/rollback/);
  assert.match(help(refuseLocked("yoga", aLock("*"))) ?? "", /can \/unlock all\. A \/rollback/);
});

const windows = 'hosts: { yoga: { windows: ["Tue-Fri 09:00-17:00 UTC"] } }';

test("outside its windows a host gets no code, but for what was forced and for a roll back to what ran well", () => {
  const host = hostNamed(fleetOf(windows), "yoga");
  for (const [asked, isRefused] of [
    [{ mode: "deploy" }, true],
    [{ mode: "boot" }, true],
    [{ mode: "rollback", isForward: true }, true],
    [{ mode: "rollback", isForward: false }, false],
    [{ mode: "rollback", isForward: null }, false],
    [{ mode: "dry-run" }, false],
    [{ mode: "reboot" }, false],
    [{ mode: "deploy", isForced: true }, false],
  ] as const) {
    const refused = refuseClosed(aDeployment(asked), host, now);
    const expected = "outside-window: yoga is deployed Tue-Fri 09:00-17:00 UTC, and not now.";
    assert.equal(said(refused), isRefused ? expected : null, JSON.stringify(asked));
    assert.equal(refuseClosed(aDeployment(asked), host, now + 24 * 3_600_000), null);
  }
  assert.equal(
    help(refuseClosed(aDeployment(), host, now)),
    'It opens Tue 24 Nov 09:00 (UTC). /deploy yoga --dry-run shows what would change; --force --reason "…" asks an approver.',
  );
  assert.equal(
    help(refuseClosed(aDeployment({ mode: "rollback", isForward: true }), host, now)),
    'It opens Tue 24 Nov 09:00 (UTC). --force --reason "…" asks an approver.',
    "a way forward to what was built already has nothing to show beforehand",
  );
  const never = { name: "yoga", windows: host.windows.map((one) => ({ ...one, days: [] })) };
  assert.match(help(refuseClosed(aDeployment(), never, now)) ?? "", /^\/deploy yoga --dry-run/);
  assert.equal(refuseClosed(aDeployment(), { name: "yoga", windows: [] }, now), null);
});

test("of a lock and a closed window the lock is said, and a window alone refuses the beginning", () => {
  assert.match(said(begin([aDeployment()], {}, windows)) ?? "", /^outside-window/);
  assert.match(said(begin([aDeployment()], { locks: [aLock("yoga")] }, windows)) ?? "", /^locked/);
});

test("a busy host is waited for, so long as few wait, or refused where fleet.yaml says so; a roll back is not", () => {
  const refuses = "defaults: { whenBusy: refuse }";
  const other = aDeployment({ id: "d-2", phase: "build", queue: turn("turn") });
  const waiting = (count: number, host = "yoga") =>
    Array.from({ length: count }, (_, at) => aDeployment({ id: `d-w${at}`, host, queue: turn("waiting") }));
  for (const [asked, open, fleet, isRefused] of [
    [aDeployment(), [], refuses, false],
    [aDeployment(), [other], refuses, true],
    [back(), [other], refuses, false],
    [back({ isForward: true }), [other], refuses, true],
    [aDeployment({ mode: "build-only" }), [other], refuses, false],
    [aDeployment(), [{ ...other, host: "vps" }], refuses, false],
    [aDeployment(), [{ ...other, mode: "diff" as const }], refuses, false],
    [aDeployment(), [other, ...waiting(maxWaiting - 1)], "", false],
    [aDeployment(), [other, ...waiting(maxWaiting)], "", true],
    [aDeployment(), [other, ...waiting(maxWaiting, "vps")], "", false],
    [back(), [other, ...waiting(maxWaiting)], "", false],
  ] as const) {
    const refused = said(begin([asked], { open }, fleet));
    const expected = "busy: yoga is busy: Alice started d-2 (deploy), which is in build.";
    assert.equal(refused, isRefused ? expected : null);
  }
});

function turn(state: "turn" | "waiting") {
  return { state, behind: null, since: null, until: null };
}

test("who finds a host busy is told what ends what is there", () => {
  for (const [change, expected] of [
    [{ phase: "build" }, "Wait until it has ended."],
    [asks, "/confirm d-2 or /cancel d-2 ends it."],
    [{ phase: "monitor", monitor }, "/cancel d-2 ends the watching; what runs there stays."],
  ] as const) {
    const open = [aDeployment({ id: "d-2", ...change })];
    assert.equal(help(begin([aDeployment()], { open }, "defaults: { whenBusy: refuse }")), expected);
  }
});

test("a card that asked before a roll back is told of it", () => {
  const refused = refuseForRollback("yoga", back());
  assert.equal(said(refused), "busy: Alice is rolling yoga back to generation 1 (d-20261123-0001).");
  assert.equal(help(refused), "Wait for its end, or /cancel d-20261123-0001 while it asks.");
  assert.match(refuseForRollback("yoga", back({ toGeneration: null })).message, /to generation \? /);
});

test("who may not waive the roll back any more is told why, and what to ask for", () => {
  const refused = refuseWaiver(aDeployment(), "Ada is no admin now");
  assert.equal(said(refused), "not-allowed: --no-rollback does not hold any more: Ada is no admin now.");
  assert.equal(help(refused), "/cancel d-20261123-0001, then /deploy yoga without it, or have an admin ask.");
});

test("a ref is a name that git takes, the working tree, or left out", () => {
  for (const ref of [null, ".", "origin/main", "v1.2", "0123abc"]) {
    assert.equal(refuseRef(ref), null, String(ref));
  }
  const refused = refuseRef("--upload-pack=x");
  assert.equal(said(refused), 'bad-command: "--upload-pack=x" is not the name of a git ref.');
  assert.match(help(refused) ?? "", /^Give a branch/);
});
