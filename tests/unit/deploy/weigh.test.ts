import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFleetFile } from "../../../src/config/fleet-file.ts";
import type { Actor } from "../../../src/deploy/actor.ts";
import type { Confirmation } from "../../../src/deploy/confirmation.ts";
import { digestOf } from "../../../src/deploy/consent.ts";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import type { Lock } from "../../../src/deploy/locks.ts";
import type { EngineParts } from "../../../src/deploy/parts.ts";
import type { Around } from "../../../src/deploy/queue.ts";
import type { Rights } from "../../../src/deploy/rights.ts";
import { weighYes } from "../../../src/deploy/weigh.ts";
import { aConfirmation, aDeployment } from "../../fakes/records.ts";

/** What one yes does, by the records, fleet.yaml and the rights of that moment. A Monday at ten. */

const now = "2026-11-23T10:00:00.000Z";
const person = (name: string): Actor => ({ surface: "slack", id: name, name, person: name });
const [carol, dave, erin] = [person("carol"), person("dave"), person("erin")];
const everything: Rights = { personOf: ({ person: name }) => name ?? null, refuses: () => null };

const card = (host: string, change: Partial<Confirmation> = {}, record: Partial<Deployment> = {}) =>
  aDeployment({
    ...{ id: `d-${host}`, host, requestedBy: carol, phase: "confirm" },
    confirmation: aConfirmation("2026-11-23T11:00:00.000Z", change),
    ...record,
  });

interface Yes {
  readonly by?: Actor;
  readonly fleet?: string;
  readonly around?: Partial<Around>;
  readonly digest?: string | null;
  readonly rights?: Rights;
  readonly isApprover?: boolean;
}

function weigh(
  cards: readonly Deployment[],
  {
    by = dave,
    fleet = "",
    around = {},
    digest = digestOf(cards),
    rights = everything,
    isApprover = false,
  }: Yes = {},
) {
  const file = parseFleetFile(fleet);
  assert.ok(file.kind !== "wrong", fleet);
  const parts = { fleet: () => file.file, clock: { now: () => Date.parse(now) } } as unknown as EngineParts;
  return weighYes(
    parts,
    "r-1",
    cards,
    { open: [], locks: [], ...around },
    { by, digest, isApprover },
    rights,
  );
}

function said(cards: readonly Deployment[], yes: Yes = {}): string {
  const weighed = weigh(cards, yes);
  return weighed.kind === "refused" ? weighed.refusal.code : weighed.kind;
}

const both = () => [card("yoga"), card("vps")];
const decisions = (deployments: readonly Deployment[]) =>
  deployments.map(({ confirmation }) => confirmation?.decision?.by.name ?? null);
const words = (deployments: readonly Deployment[]) =>
  deployments.map(({ confirmation }) => (confirmation?.approvals ?? []).map((one) => one.person));

test("a yes to what is shown decides every card, in the name of whoever clicked", () => {
  const weighed = weigh(both());
  assert.equal(weighed.kind, "decided");
  assert.deepEqual(decisions(weighed.deployments), ["dave", "dave"]);
  assert.deepEqual(weighed.deployments[0]?.confirmation?.decision, { action: "switch", by: dave, at: now });
});

test("a yes to anything else is refused, and the cards are drawn with the risk of now", () => {
  assert.equal(said(both(), { digest: "0123456789ab" }), "changed");
  assert.equal(said(both(), { digest: null }), "changed");
  const weighed = weigh(both(), { fleet: "hosts: { yoga: { risk: high } }" });
  assert.equal(weighed.kind === "refused" && weighed.refusal.code, "changed", "the dialog is due");
  assert.deepEqual(
    weighed.deployments.map(({ risk }) => risk),
    ["high", "medium"],
  );
  assert.deepEqual(decisions(weighed.deployments), [null, null]);
});

const lock: Lock = {
  ...{ run: "r-2", host: "vps", reason: "audit", by: carol, since: "2026-11-23T09:00:00.000Z", until: null },
  ...{ deployment: null, ended: null },
};
const rollsBack = (host: string) =>
  aDeployment({ id: "d-back", host, mode: "rollback", isForward: false, toGeneration: 1 });

test("what came in the way since stops all of them: a lock, a roll back, a window that closed", () => {
  const closed = 'hosts: { vps: { windows: ["Tue 09:00-17:00 UTC"] } }';
  const alias = "hosts: { vps: { targetHost: 10.0.0.7 }, alias: { targetHost: 10.0.0.7 } }";
  for (const [yes, expected] of [
    [{ around: { locks: [lock] } }, "locked"],
    [{ around: { locks: [{ ...lock, host: "*" }] } }, "locked"],
    [{ around: { locks: [{ ...lock, host: "another" }] } }, "decided"],
    [{ around: { locks: [{ ...lock, until: now }] } }, "decided"],
    [{ around: { locks: [{ ...lock, host: "alias" }] }, fleet: alias }, "locked"],
    [{ around: { open: [rollsBack("vps")] } }, "busy"],
    [{ around: { open: [rollsBack("another")] } }, "decided"],
    [{ around: { open: [rollsBack("alias")] }, fleet: alias }, "busy"],
    [{ fleet: closed }, "outside-window"],
    [{ around: { open: [rollsBack("vps")], locks: [lock] }, fleet: closed }, "busy"],
    [{ around: { locks: [lock] }, fleet: closed }, "locked"],
  ] as const) {
    assert.equal(said(both(), yes), expected, JSON.stringify(yes));
  }
});

test("a refusal for locks names all of them", () => {
  const locks = [lock, { ...lock, host: "*", reason: "freeze" }];
  const weighed = weigh([card("vps")], { around: { locks } });
  const message = weighed.kind === "refused" ? weighed.refusal.message : "";
  assert.match(message, /carol locked vps .*: audit; carol locked every host .*: freeze\.$/);
});

test("a roll back to what ran well stands above locks, windows and other roll backs", () => {
  const back = [card("vps", {}, { mode: "rollback", isForward: false, toGeneration: 1 })];
  const fleet = 'hosts: { vps: { windows: ["Tue 09:00-17:00 UTC"] } }';
  const around = { locks: [lock], open: [rollsBack("vps")] };
  assert.equal(said(back, { around, fleet }), "decided");
  const forward = [card("vps", {}, { mode: "rollback", isForward: true, toGeneration: 3 })];
  assert.equal(said(forward, { around: { locks: [lock] } }), "locked");
  assert.equal(said(forward, { around: { open: [rollsBack("vps")] } }), "busy");
  assert.equal(said(forward, { fleet }), "outside-window");
});

test("code may be let through to a builder's copy while the windows are closed", () => {
  const fleet = 'hosts: { vps: { windows: ["Tue 09:00-17:00 UTC"] } }';
  const copy = [card("vps", { gate: "copy", people: 2, needsApprover: true })];
  assert.equal(said(copy, { fleet, isApprover: true }), "decided");
  assert.equal(said(copy, { fleet, isApprover: false }), "needs-approval");
});

test("a waiver that its admin may not give any more stops the yes, after what stands in the way", () => {
  const waived = [card("yoga", {}, { noRollback: true })];
  const rights: Rights = {
    ...everything,
    refuses: (_, right) => (right === "no-rollback" ? "carol is no admin" : null),
  };
  assert.equal(said(waived), "decided");
  assert.equal(said(waived, { rights }), "not-allowed");
  assert.equal(said(waived, { rights, around: { locks: [{ ...lock, host: "yoga" }] } }), "locked");
  assert.equal(said([card("yoga")], { rights }), "decided");
});

test("the strictest rule of all hosts counts for each, as the card had it or as fleet.yaml has it now", () => {
  const one = weigh(both(), { fleet: "hosts: { vps: { approvals: 3 } }" });
  assert.equal(one.kind, "approved");
  assert.deepEqual(words(one.deployments), [["dave"], ["dave"]]);
  assert.deepEqual(decisions(one.deployments), [null, null]);
  assert.deepEqual(
    one.deployments.map(({ confirmation }) => confirmation?.people),
    [1, 3],
  );
  assert.equal(
    said([card("yoga", { people: 3 })]),
    "approved",
    "a rule that was eased counts as the card had it",
  );
  assert.equal(said([card("yoga", { people: 2, needsApprover: true })]), "needs-approval");
  assert.equal(
    said([card("yoga", { people: 2 })], { by: carol }),
    "needs-approval",
    "whoever asked is no second one",
  );
});

test("a refused yes shows the rule of now on each card: how many people, and whether an approver", () => {
  const forced = [card("yoga", { people: 2, needsApprover: false }, { isForced: true })];
  const shown = weigh(forced, { digest: null }).deployments[0]?.confirmation;
  assert.deepEqual([shown?.people, shown?.needsApprover], [2, true]);
  const eased = [card("yoga", { gate: "copy" })];
  const copy = weigh(eased, { digest: null }).deployments[0]?.confirmation;
  assert.deepEqual([copy?.people, copy?.needsApprover], [2, true], "the copy's gate has a rule of its own");
});

/** `digest` of an approval says what it was for. */
function withWord(host: string, by: Actor, people = 3) {
  const asked = card(host, { people });
  const word = { by, person: by.person ?? "", at: now, digest: digestOf([asked]) };
  return card(host, { people, approvals: [word] });
}

test("each card is decided or none: a word that some had before does not let those go ahead", () => {
  const uneven = [withWord("yoga", dave), card("vps", { people: 3 })];
  const byErin = weigh(uneven, { by: erin });
  assert.equal(byErin.kind, "approved");
  assert.deepEqual(words(byErin.deployments), [["dave", "erin"], ["erin"]]);
  assert.deepEqual(decisions(byErin.deployments), [null, null]);
  const even = [withWord("yoga", dave), withWord("vps", dave)];
  const second = weigh(even, { by: erin });
  assert.equal(second.kind, "decided");
  assert.deepEqual(words(second.deployments), [
    ["dave", "erin"],
    ["dave", "erin"],
  ]);
  assert.deepEqual(decisions(second.deployments), ["erin", "erin"]);
});

test("who has said so for some of them may say so for the others, and not twice for all", () => {
  const uneven = [withWord("yoga", dave), card("vps", { people: 3 })];
  const again = weigh(uneven, { by: dave });
  assert.equal(again.kind, "approved");
  assert.deepEqual(words(again.deployments), [["dave"], ["dave"]]);
  const even = [withWord("yoga", dave), withWord("vps", dave)];
  const twice = weigh(even, { by: dave });
  assert.match(twice.kind === "refused" ? twice.refusal.message : "", /You have said so already/);
  assert.equal(said([withWord("yoga", dave), card("vps", { people: 3 })], { by: carol }), "needs-approval");
});

test("a card that fleet.yaml changes nothing of is the same record, so that nobody is told of a change", () => {
  const cards = both();
  const { deployments } = weigh(cards, { digest: null });
  assert.ok(deployments.every((one, at) => one === cards[at]));
  const { deployments: drawn } = weigh(cards, { digest: null, fleet: "hosts: { yoga: { approvals: 2 } }" });
  assert.deepEqual(
    drawn.map((one, at) => one === cards[at]),
    [false, true],
  );
});

test("a word that counts for one host of a run and not for another decides for none", () => {
  const cards = [card("yoga", { people: 2 }), card("vps", { people: 2 }, { requestedBy: dave })];
  const weighed = weigh(cards, { fleet: "defaults: { approvals: 2 }" });
  assert.equal(weighed.kind, "refused");
  assert.deepEqual(words(weighed.deployments), [[], []]);
});
