import assert from "node:assert/strict";
import { test } from "node:test";
import type { Actor } from "../../../src/deploy/actor.ts";
import { judge, requesterOf, ruleNow } from "../../../src/deploy/approvals.ts";
import type { Confirmation } from "../../../src/deploy/confirmation.ts";
import type { Deployment } from "../../../src/deploy/deployment.ts";
import {
  actorsIn,
  type Right,
  type Rights,
  refusesCode,
  refusesRequest,
  rightToAsk,
  rightToDecide,
  standsInDoubt,
} from "../../../src/deploy/rights.ts";
import { refusesWaiver, requesterNow, withoutLost, wordsMissing } from "../../../src/deploy/words.ts";
import { aConfirmation, aDeployment } from "../../fakes/records.ts";

const at = "2026-11-23T10:00:00.000Z";
const account = (id: string, person?: string, surface = "slack"): Actor => ({
  ...{ surface, id, name: id },
  ...(person === undefined ? {} : { person }),
});
const [carol, dave, erin] = ["carol", "dave", "erin"].map((name) => account(name, name)) as [
  Actor,
  Actor,
  Actor,
];

/** Everybody is who they say and may all, but for what is named: `dave: approve`. */
function rightsBut(
  lost: Readonly<Record<string, Right>> = {},
  people: Readonly<Record<string, string | null>> = {},
): Rights {
  return {
    personOf: ({ id, person }) => (Object.hasOwn(people, id) ? (people[id] ?? null) : (person ?? null)),
    refuses: ({ id }, right, host) => (lost[id] === right ? `${id} may not ${right} ${host}` : null),
  };
}

const asked = (change: Partial<Deployment> = {}, card: Partial<Confirmation> = {}) =>
  aDeployment({
    requestedBy: carol,
    confirmation: aConfirmation("2026-11-23T11:00:00.000Z", card),
    ...change,
  });
const untrusted = { isTrusted: false, toplevel: "/nix/store/a" } as const;
const letThrough = (by: Actor, toplevel = "/nix/store/a", others: Actor[] = []) => ({
  ...{ action: "switch" as const, by, at, toplevel },
  others: others.map((one) => ({ by: one, person: one.id, at })),
});

test("whoever asked is no second person: as the record has them, or as fleet.yaml does now, on any account", () => {
  const rule = { people: 2, needsApprover: false };
  const click = (by: Actor, requestedBy: Actor, person: string | null) => {
    const judged = judge(
      asked({ requestedBy }),
      rule,
      { by, at, isApprover: false },
      { person, isCounted: true },
    );
    return judged.kind === "refused" ? judged.reason : judged.kind;
  };
  assert.equal(click(account("x", "carol", "web"), carol, null), "own");
  assert.equal(click(account("x", "carol", "web"), account("U1"), "carol"), "own");
  assert.equal(click(account("U1", "dave"), account("U1"), null), "own");
  assert.equal(click(account("U1", "dave", "discord"), account("U1"), null), "decides");
  assert.equal(click(dave, carol, "carol"), "decides");
});

test("a card that was never drawn binds to no system", () => {
  const bare = aDeployment({ toplevel: "/nix/store/a" });
  const click = { by: dave, at, isApprover: false };
  assert.equal(judge(bare, { people: 1, needsApprover: false }, click).kind, "decides");
});

test("whoever asked counts as long as their word was not lost, and only theirs", () => {
  const lost = (by: Actor) => requesterOf(asked({}, { lost: [{ by, at, why: "x" }] }));
  assert.deepEqual(requesterOf(asked()), { person: "carol", isCounted: true });
  assert.deepEqual(lost(dave), { person: "carol", isCounted: true });
  assert.deepEqual(lost(carol), { person: "carol", isCounted: false });
  assert.deepEqual(requesterOf(asked({ requestedBy: account("U1") })), { person: null, isCounted: false });
});

test("code whose word is lost takes two people and an approver at the switch; what is trusted does not", () => {
  const host = { approvals: 1 };
  const rule = (change: Partial<Deployment>, gate: "copy" | "switch", lost: Record<string, Right> = {}) =>
    ruleNow(asked(change), host, gate, rightsBut(lost));
  const strict = { people: 2, needsApprover: true };
  const light = { people: 1, needsApprover: false };
  assert.deepEqual(rule(untrusted, "switch"), strict);
  assert.deepEqual(rule({ ...untrusted, refApproval: letThrough(dave) }, "switch"), light);
  assert.deepEqual(
    rule({ ...untrusted, refApproval: letThrough(dave) }, "switch", { dave: "approve-special" }),
    strict,
  );
  assert.deepEqual(rule({ isTrusted: true }, "switch"), light);
  assert.deepEqual(rule(untrusted, "copy"), strict);
});

test("the code of a ref that is not trusted stands on a word that still counts, for this very system", () => {
  for (const [change, lost, expected] of [
    [untrusted, {}, "nobody with the role approver let it through"],
    [{ ...untrusted, mode: "boot" }, {}, "nobody with the role approver let it through"],
    [{ ...untrusted, mode: "dry-run" }, {}, "nobody with the role approver let it through"],
    [{ ...untrusted, mode: "rollback" }, {}, null],
    [{ ...untrusted, mode: "build-only" }, {}, null],
    [{ isTrusted: true }, {}, null],
    [{ isTrusted: null }, {}, null],
    [{ ...untrusted, allowAnyRef: true }, {}, null],
    [{ ...untrusted, allowAnyRef: true }, { carol: "any-ref" }, "carol may not any-ref yoga"],
    [{ ...untrusted, refApproval: letThrough(dave) }, {}, null],
    [
      { ...untrusted, refApproval: letThrough(dave, "/nix/store/b") },
      {},
      "the approval is for another system",
    ],
    [
      { ...untrusted, refApproval: letThrough(dave) },
      { dave: "approve-special" },
      "dave may not approve-special yoga",
    ],
    [
      { ...untrusted, refApproval: letThrough(dave, undefined, [erin]) },
      { erin: "approve-special" },
      "erin may not approve-special yoga",
    ],
    [
      { ...untrusted, refApproval: letThrough(asked({}).requestedBy) },
      {},
      "the account that let it through is the requester's own now",
    ],
    [
      { ...untrusted, refApproval: letThrough(dave, undefined, [dave]) },
      {},
      "the accounts that let it through are one person's now",
    ],
  ] as const) {
    assert.equal(refusesCode(asked(change), rightsBut(lost)), expected, JSON.stringify(change));
  }
});

test("which right it takes to decide, and to ask", () => {
  const rights = (mode: Deployment["mode"], isForward: boolean | null = null) => [
    rightToDecide({ mode, isForward }),
    rightToAsk({ mode, isForward }),
  ];
  assert.deepEqual(rights("deploy"), ["approve", "deploy"]);
  assert.deepEqual(rights("dry-run"), ["approve", "deploy"]);
  assert.deepEqual(rights("boot"), ["approve", "deploy"]);
  assert.deepEqual(rights("build-only"), ["build", "build"]);
  assert.deepEqual(rights("rollback", false), ["rollback", "rollback"]);
  assert.deepEqual(rights("rollback", true), ["approve", "deploy"]);
  assert.deepEqual(rights("deploy", true), ["approve", "deploy"]);
  assert.deepEqual(rights("reboot"), ["deploy", "deploy"]);
  assert.deepEqual(rights("adopt"), ["adopt", "adopt"]);
  assert.deepEqual((["rollback", "deploy", "approve"] as const).map(standsInDoubt), [true, false, false]);
});

test("everybody whose word is in a record is asked for again", () => {
  const names = (record: Deployment) => actorsIn(record).map(({ id }) => id);
  assert.deepEqual(names(aDeployment({ requestedBy: carol })), ["carol"]);
  const approvals = [{ by: dave, person: "dave", at }];
  const decision = { action: "switch", by: erin, at } as const;
  const refApproval = letThrough(account("frank"), undefined, [account("grace")]);
  assert.deepEqual(names(asked({ refApproval }, { approvals, decision })), [
    "carol",
    "frank",
    "grace",
    "dave",
    "erin",
  ]);
  assert.deepEqual(names(asked({}, {})), ["carol"]);
});

test("a request is asked again, but for one that an alarm made; a waiver only where there is one", () => {
  const rights = rightsBut({ carol: "deploy" });
  assert.equal(refusesRequest(asked(), rights), "carol may not deploy yoga");
  assert.equal(refusesRequest(asked({ alarmOf: "d-1" }), rights), null);
  assert.equal(refusesRequest(asked(), rightsBut()), null);
  const admin = rightsBut({ carol: "no-rollback" });
  assert.equal(refusesWaiver(asked({ noRollback: true }), admin), "carol may not no-rollback yoga");
  assert.equal(refusesWaiver(asked(), admin), null);
  assert.deepEqual(requesterNow(asked(), rights), { person: "carol", isCounted: false });
  assert.deepEqual(requesterNow(asked(), rightsBut()), { person: "carol", isCounted: true });
  assert.deepEqual(requesterNow(asked(), rightsBut({}, { carol: null })), { person: null, isCounted: false });
});

const two = { people: 3, needsApprover: false };
const approvals = [dave, erin].map((by) => ({ by, person: by.id, at }));

test("words that do not count any more leave the card, each once and with why", () => {
  const lostOf = (
    rights: Rights,
    change: Partial<Deployment> = {},
    rule = two,
    card: Partial<Confirmation> = {},
  ) => {
    const { confirmation } = withoutLost(asked(change, { approvals, ...card }), rule, rights, at);
    const lost = (confirmation?.lost ?? []).map(({ by, why }) => `${by.id}: ${why}`);
    return [(confirmation?.approvals ?? []).map(({ person }) => person).join(), ...lost];
  };
  assert.deepEqual(lostOf(rightsBut()), ["dave,erin"]);
  assert.deepEqual(lostOf(rightsBut({ dave: "approve" })), ["erin", "dave: dave may not approve yoga"]);
  assert.deepEqual(lostOf(rightsBut({ erin: "approve-special" })), ["dave,erin"]);
  const special = { people: 3, needsApprover: true };
  assert.deepEqual(lostOf(rightsBut({ erin: "approve-special" }), {}, special), [
    "dave",
    "erin: erin may not approve-special yoga",
  ]);
  assert.deepEqual(lostOf(rightsBut({ carol: "deploy" })), ["dave,erin", "carol: carol may not deploy yoga"]);
  const known = { lost: [{ by: carol, at, why: "before" }] };
  assert.deepEqual(lostOf(rightsBut({ carol: "deploy" }), {}, two, known), ["dave,erin", "carol: before"]);
  assert.deepEqual(lostOf(rightsBut({}, { dave: null })), [
    "erin",
    "dave: fleet.yaml knows this account no more",
  ]);
  assert.deepEqual(lostOf(rightsBut({}, { carol: null })), [
    "dave,erin",
    "carol: fleet.yaml knows this account no more",
  ]);
  assert.deepEqual(lostOf(rightsBut({}, { erin: "dave" })), [
    "dave",
    "erin: this account is dave's, who said so already",
  ]);
  assert.deepEqual(lostOf(rightsBut({}, { dave: "carol" })), [
    "erin",
    "dave: this account is carol's, who asked for it",
  ]);
  assert.deepEqual(
    lostOf(rightsBut({}, { dave: "david" })),
    ["david,erin"],
    "a new name of the same account",
  );
  const nobody = { requestedBy: account("U1") };
  assert.deepEqual(
    lostOf(rightsBut({ U1: "deploy" }), nobody),
    ["dave,erin"],
    "who was nobody cannot stop being one",
  );
  assert.deepEqual(lostOf(rightsBut({ dave: "approve" }), {}, { people: 1, needsApprover: false }), [
    "dave,erin",
  ]);
});

test("a record whose words all count is the same record", () => {
  const record = asked({}, { approvals });
  assert.equal(withoutLost(record, two, rightsBut(), at), record);
  const bare = aDeployment();
  assert.equal(withoutLost(bare, two, rightsBut({ dave: "approve" }), at), bare);
});

test("right before the act what was said is asked again, and the first thing that is missing is named", () => {
  const decision = { action: "switch", by: erin, at } as const;
  const say = (
    rights: Rights,
    change: Partial<Deployment> = {},
    rule = two,
    card: Partial<Confirmation> = {},
  ) => wordsMissing(asked(change, { approvals, decision, ...card }), rule, rights);
  assert.equal(say(rightsBut()), null);
  assert.equal(wordsMissing(aDeployment(), two, rightsBut()), "nobody has decided it");
  assert.equal(say(rightsBut(), {}, two, { decision: null }), "nobody has decided it");
  const lostRole = "the word of erin does not count any more: erin may not approve yoga";
  assert.equal(say(rightsBut({ erin: "approve" })), lostRole);
  const alone = { people: 1, needsApprover: false };
  assert.equal(say(rightsBut({ erin: "approve" }), {}, alone), lostRole);
  assert.equal(
    say(rightsBut({ erin: "approve", dave: "approve" }), { alarmOf: "d-1" }, alone),
    null,
    "the bot's own word",
  );
  assert.equal(say(rightsBut({ dave: "approve" }), {}, alone), null);
  assert.equal(
    say(rightsBut({ dave: "approve" })),
    "the word of dave does not count any more: dave may not approve yoga",
  );
  assert.equal(
    say(rightsBut({ carol: "no-rollback" }), { noRollback: true }, alone),
    "--no-rollback does not hold any more: carol may not no-rollback yoga",
  );
  const more = (people: number, needsApprover: boolean) => say(rightsBut(), {}, { people, needsApprover });
  assert.equal(more(4, false), "it takes the word of 1 more person now");
  assert.equal(more(5, true), "it takes the word of 2 more people now, with the role approver");
  const known = { lost: [{ by: account("frank"), at, why: "before" }] };
  assert.equal(
    say(rightsBut(), {}, { people: 4, needsApprover: false }, known),
    "it takes the word of 1 more person now",
  );
});
