import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, missing, type Rule, requesterOf, ruleFor } from "../../../src/deploy/approvals.ts";
import { aConfirmation, aDeployment } from "../../fakes/records.ts";
import { alice, bob, createWorld, somebody } from "../../fakes/world.ts";

const carol = somebody("carol");
const dave = somebody("dave");
const erin = somebody("erin");
const at = "2026-11-23T10:05:00.000Z";
const later = "2026-11-23T10:30:00.000Z";

test("one click by anybody who may is enough where a host asks for no more", () => {
  const deployment = aDeployment({ requestedBy: carol, confirmation: aConfirmation(later) });
  const rule: Rule = { people: 1, needsApprover: false };
  for (const by of [carol, dave, bob]) {
    assert.equal(judge(deployment, rule, { by, at, isApprover: false }).kind, "decides");
  }
});

test("with two people, whoever asked counts as one and another one decides", () => {
  const deployment = aDeployment({ requestedBy: carol, confirmation: aConfirmation(later) });
  const rule: Rule = { people: 2, needsApprover: false };
  const verdict = (by: typeof carol) => {
    const judged = judge(deployment, rule, { by, at, isApprover: false });
    return judged.kind === "refused" ? judged.reason : judged.kind;
  };
  assert.equal(verdict(carol), "own");
  assert.equal(verdict(somebody("carol", "discord")), "own", "the same human on another surface");
  assert.equal(verdict(bob), "no-person", "an account that is nobody's");
  assert.equal(verdict(dave), "decides");
});

test("whoever asks from an account that fleet.yaml does not know does not count", () => {
  const deployment = aDeployment({ requestedBy: bob, confirmation: aConfirmation(later) });
  const rule: Rule = { people: 2, needsApprover: false };
  assert.equal(missing(requesterOf(aDeployment({ requestedBy: bob })), rule, 0), 2);
  assert.equal(judge(deployment, rule, { by: carol, at, isApprover: false }).kind, "counts");
  // The same account, added to `people` after it had asked, is not a second person.
  const named = { ...bob, person: "bob" };
  assert.equal(judge(deployment, rule, { by: named, at, isApprover: false }).kind, "refused");
});

test("with three people the second word counts, and nobody's counts twice", () => {
  const rule: Rule = { people: 3, needsApprover: false };
  const approvals = [{ by: dave, person: "dave", at }];
  const deployment = aDeployment({ requestedBy: carol, confirmation: aConfirmation(later, { approvals }) });
  const click = (by: typeof dave) => judge(deployment, rule, { by, at, isApprover: false });
  assert.equal(click(somebody("dave", "web")).kind, "refused");
  assert.equal(click(erin).kind, "decides");
});

test("an approval is for the system that the card shows, and no other", () => {
  const deployment = aDeployment({
    requestedBy: carol,
    toplevel: "/nix/store/b",
    confirmation: aConfirmation(later, { toplevel: "/nix/store/a" }),
  });
  const judged = judge(deployment, { people: 1, needsApprover: false }, { by: dave, at, isApprover: true });
  assert.equal(judged.kind === "refused" && judged.reason, "another-system");
});

test("what a card needs, by what was asked for", () => {
  const host = { approvals: 3 };
  const rule = (change: Parameters<typeof aDeployment>[0], gate: "copy" | "switch") =>
    ruleFor(aDeployment(change), host, gate);
  assert.deepEqual(rule({}, "switch"), { people: 3, needsApprover: false });
  assert.deepEqual(rule({ mode: "rollback" }, "switch"), { people: 1, needsApprover: false });
  assert.deepEqual(rule({}, "copy"), { people: 2, needsApprover: true });
  assert.deepEqual(rule({ isForced: true }, "switch"), { people: 3, needsApprover: true });
  assert.deepEqual(ruleFor(aDeployment({ isForced: true }), { approvals: 1 }, "switch"), {
    people: 2,
    needsApprover: true,
  });
});

test("two people on two surfaces decide one card, and the record says who", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.fleet = "hosts: { yoga: { approvals: 3 } }";
  const bot = await world.startBot();
  const id = await bot.deploy("yoga", { by: carol });
  await bot.asks(id);
  const own = await bot.engine.decide(id, "switch", somebody("carol", "web"));
  assert.equal(own.kind === "refused" && own.code, "needs-approval");
  const first = await bot.engine.decide(id, "switch", somebody("dave", "discord"));
  assert.equal(first.kind, "approved");
  assert.equal((await bot.record(id)).confirmation?.decision, null);
  const second = await world.clock.settle(bot.engine.decide(id, "switch", erin));
  assert.equal(second.kind, "decided");
  const ended = await bot.ends(id);
  assert.equal(ended.outcome, "deployed");
  assert.deepEqual(
    ended.confirmation?.approvals.map(({ person, by }) => [person, by.surface]),
    [
      ["dave", "discord"],
      ["erin", "slack"],
    ],
  );
});

test("a rule that was tightened while the card waited counts", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  const id = await bot.deploy("yoga", { by: carol });
  await bot.asks(id);
  world.fleet = "hosts: { yoga: { approvals: 2 } }";
  assert.equal((await bot.engine.decide(id, "switch", carol)).kind, "refused");
  assert.equal((await bot.engine.decide(id, "switch", dave)).kind, "decided");
});

test("anybody may cancel, whatever a switch would take", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.fleet = "hosts: { yoga: { approvals: 2 } }";
  const bot = await world.startBot();
  const id = await bot.deploy("yoga", { by: carol });
  await bot.asks(id);
  await bot.engine.decide(id, "cancel", carol);
  assert.equal((await bot.ends(id)).outcome, "cancelled");
});

test("outside its windows a host is deployed by nobody, and a roll back is exempt", async (t) => {
  // The fake world begins on a Monday, at 10:00 UTC.
  const world = await createWorld(t, ["yoga"]);
  world.fleet = 'hosts: { yoga: { windows: ["Tue 09:00-17:00 Europe/Berlin"] } }';
  const bot = await world.startBot();
  await assert.rejects(
    bot.deploy("yoga"),
    /outside-window.*Tue 09:00-17:00 Europe\/Berlin.*opens Tue 24 Nov 09:00 \(Europe\/Berlin\)/,
  );
  assert.equal((await bot.ends(await bot.deploy("yoga", { mode: "dry-run" }))).outcome, "tested");
  world.fleet = "";
  const id = await bot.deploy("yoga");
  await bot.asks(id);
  world.fleet = 'hosts: { yoga: { windows: ["Tue 09:00-17:00 Europe/Berlin"] } }';
  const late = await bot.engine.decide(id, "switch", alice);
  assert.equal(late.kind === "refused" && late.code, "outside-window", "the window closed meanwhile");
  world.fleet = "";
  await bot.engine.decide(id, "switch", alice);
  await bot.ends(id);
  world.fleet = 'hosts: { yoga: { windows: ["Tue 09:00-17:00 Europe/Berlin"] } }';
  const back = await bot.rollback("yoga", 1);
  await bot.asks(back);
  await bot.engine.decide(back, "switch", alice);
  assert.equal((await bot.ends(back)).outcome, "deployed");
});

test("a forced deployment outside the windows waits for somebody else, who is an approver", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  world.fleet = 'hosts: { yoga: { windows: ["Tue 09:00-17:00 Europe/Berlin"] } }';
  const bot = await world.startBot();
  const id = await bot.deploy("yoga", { by: carol, isForced: true, reason: "the disk is dying" });
  await bot.asks(id);
  assert.equal((await bot.engine.decide(id, "switch", carol, true)).kind, "refused");
  assert.equal((await bot.engine.decide(id, "switch", dave, false)).kind, "refused");
  assert.equal((await world.clock.settle(bot.engine.decide(id, "switch", dave, true))).kind, "decided");
  assert.equal((await bot.ends(id)).outcome, "deployed");
});
