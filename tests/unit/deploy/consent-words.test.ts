import assert from "node:assert/strict";
import { test } from "node:test";
import {
  actWords,
  asksTwice,
  digestOf,
  digestPattern,
  presentSet,
  standingApprovals,
} from "../../../src/deploy/consent.ts";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import { storePath } from "../../fakes/fake-system.ts";
import { aConfirmation, aDeployment } from "../../fakes/records.ts";
import { alice, bob } from "../../fakes/world.ts";

/** What a person reads before they say yes, for each kind of card. */

const later = "2026-11-23T11:00:00.000Z";
const before = {
  current: storePath("yoga-1"),
  profile: "system-41-link",
  profileSystem: storePath("yoga-1"),
  generation: 41,
  bootId: "b1",
  rebootNeeded: false,
} satisfies Deployment["before"];
const generations = [3, 4, 41].map((number) => ({
  number,
  date: later,
  kernel: "6.12",
  stays: number === 41 ? ("boots" as const) : null,
}));
const seen = {
  system: "running",
  failedUnits: [],
  kernel: "6.12",
  bootedGeneration: 41,
  next: { generation: 42, kernel: "6.12" },
  generations,
  free: 1,
  dead: { paths: 3, bytes: 5 * 1024 * 1024 + 512 * 1024 },
};
const act = { verify: false, keep: 1, olderThan: null, seen, begunAt: null };
const card = aDeployment({
  phase: "confirm",
  confirmation: aConfirmation(later),
  toplevel: storePath("yoga-2"),
  before,
});

const label = actWords({ ...card, mode: "dry-run" }).replace(/^show what (.*) would change on yoga$/, "$1");

const sentences: readonly (readonly [Partial<Deployment>, string])[] = [
  [{}, `switch yoga to ${label}, from generation 41`],
  [{ before: { ...before, generation: null } }, `switch yoga to ${label}, from generation ?`],
  [{ before: null }, `switch yoga to ${label}`],
  [{ toplevel: null, before: null }, "switch yoga to a system that is not built yet"],
  [{ confirmation: aConfirmation(later, { gate: "copy" }) }, `let ${label} reach yoga`],
  [{ confirmation: null }, `switch yoga to ${label}, from generation 41`],
  [{ mode: "boot" }, `install ${label} for the next boot of yoga`],
  [{ mode: "rollback", toGeneration: 40 }, `roll yoga back to generation 40, ${label}`],
  [{ mode: "rollback", toGeneration: null }, `roll yoga back to generation ?, ${label}`],
  [{ mode: "gc", act }, "collect the garbage of yoga: 3 paths, 5.5 MiB at most"],
  [
    { mode: "gc", act: { ...act, seen: { ...seen, dead: { paths: 1, bytes: 2048 } } } },
    "collect the garbage of yoga: 1 path, 2 KiB at most",
  ],
  [{ mode: "gc", act: { ...act, seen: null } }, "collect the garbage of yoga"],
  [{ mode: "gc", act: null }, "collect the garbage of yoga"],
  [{ mode: "prune", act }, "delete generations 3, 4 of yoga"],
  [
    { mode: "prune", act: { ...act, seen: { ...seen, generations: generations.slice(1) } } },
    "delete generation 4 of yoga",
  ],
  [{ mode: "reboot", act }, "reboot yoga into generation 42"],
  [{ mode: "reboot", act: { ...act, seen: null } }, "reboot yoga into generation 41"],
  [{ mode: "reboot", act: null, before: null }, "reboot yoga into generation ?"],
  [{ mode: "adopt" }, "take the machine that answers now for yoga from now on"],
  [{ mode: "diff" }, `compare ${label} with what yoga runs`],
  [{ mode: "build-only" }, "build yoga"],
];

for (const [change, words] of sentences) {
  test(`the card says: ${words.replace(label, "the system")}`, () => {
    assert.equal(actWords({ ...card, ...change }), words);
  });
}

test("the name of a system is short: its label and the beginning of its hash", () => {
  assert.match(label, /^\S*yoga-2\S* \([0-9a-z]{4,12}…\)$/);
});

test("a digest is twelve hexadecimal digits, and nothing else passes for one", () => {
  assert.match(digestOf([card]), /^[0-9a-f]{12}$/);
  assert.match(digestOf([card]), digestPattern);
  for (const wrong of [
    "",
    "0",
    "0123456789a",
    "0123456789abc",
    " 0123456789ab",
    "0123456789AB",
    "0123456789ag",
  ]) {
    assert.equal(digestPattern.test(wrong), false, wrong);
  }
});

test("what the digest leaves out is only what changes by itself: free space, and when the act began", () => {
  const gc = { ...card, mode: "gc", act } as const;
  const digest = digestOf([gc]);
  assert.equal(digestOf([{ ...gc, act: { ...act, begunAt: later, seen: { ...seen, free: 2 } } }]), digest);
  assert.notEqual(digestOf([{ ...gc, act: { ...act, seen: null } }]), digest);
  assert.notEqual(
    digestOf([{ ...gc, act: { ...act, seen: { ...seen, failedUnits: ["a.service"] } } }]),
    digest,
  );
  const two = { ...seen, failedUnits: ["a.service", "b.service"] };
  const turned = { ...seen, failedUnits: ["b.service", "a.service"] };
  assert.notEqual(
    digestOf([{ ...gc, act: { ...act, seen: two } }]),
    digestOf([{ ...gc, act: { ...act, seen: turned } }]),
  );
  assert.doesNotThrow(() => digestOf([{ ...card, confirmation: null, before: null }]));
});

test("a dialog is due for new code on a host of high risk, a forward roll back too, and for nothing else", () => {
  const due = (mode: Deployment["mode"], isForward: boolean, risk: Deployment["risk"] = "high") =>
    asksTwice({ mode, isForward, risk });
  assert.deepEqual(
    [
      due("deploy", false),
      due("boot", false),
      due("rollback", true),
      due("rollback", false),
      due("gc", false),
    ],
    [true, true, true, false, false],
  );
  assert.equal(due("deploy", false, "medium"), false);
  assert.equal(due("rollback", true, "low"), false);
});

test("an approval stands while the card shows what it was for; one of an older bot has no digest and stands", () => {
  const given = (by: typeof alice, digest?: string) => ({
    by,
    person: by.name,
    at: later,
    ...(digest === undefined ? {} : { digest }),
  });
  const right = given(alice, digestOf([card]));
  const old = given(bob);
  const stale = given(alice, "0123456789ab");
  const confirmation = aConfirmation(later, { approvals: [right, old, stale] });
  assert.deepEqual(standingApprovals({ ...card, confirmation }), [right, old]);
  assert.deepEqual(standingApprovals({ ...card, confirmation: null }), []);
});

test("the present set names each host with its system and what runs there", () => {
  const other = aDeployment({ id: "d-20261123-0002", host: "vps" });
  const set = presentSet("r-1", [card, other]);
  assert.equal(set.command, `/confirm r-1 ${digestOf([card, other])}`);
  assert.deepEqual(
    set.hosts.map(({ deployment, host, toplevel, running }) => [deployment, host, toplevel, running]),
    [
      [card.id, "yoga", storePath("yoga-2"), storePath("yoga-1")],
      [other.id, "vps", null, null],
    ],
  );
});

test("garbage that was not looked at yet is collected without a guess at how much", () => {
  for (const unseen of [null, { ...act, seen: null }]) {
    assert.equal(actWords({ ...card, mode: "gc", act: unseen }), "collect the garbage of yoga");
  }
});
