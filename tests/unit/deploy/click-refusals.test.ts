import assert from "node:assert/strict";
import { test } from "node:test";
import type { Confirmation } from "../../../src/deploy/confirmation.ts";
import { refuseApproval, refuseChanged, refuseDecision } from "../../../src/deploy/refusals.ts";
import { aConfirmation, aDeployment } from "../../fakes/records.ts";
import { asks, help, monitor, said } from "./refused.ts";

test("a yes for another set is answered with the present one: twenty by name, all of them as data", () => {
  const some = (count: number) =>
    Array.from({ length: count }, (_, at) => aDeployment({ host: `h${at}`, mode: "build-only" }));
  const refused = refuseChanged("d-1", "abc", some(2));
  assert.equal(
    said(refused),
    "changed: What was shown is not what there is now, so nothing was done. Now it would: build h0; build h1.",
  );
  assert.equal(
    said(refuseChanged("d-1", null, some(1))),
    "changed: A yes has to say what it is for. Now it would: build h0.",
  );
  assert.match(refused.help ?? "", /^\/confirm d-1 \S+ says yes to exactly this/);
  assert.equal(refused.present?.hosts.length, 2);
  const many = refuseChanged("r-1", "abc", some(22));
  assert.match(many.message, /build h18; build h19; 2 more\.$/);
  assert.equal(many.present?.hosts.length, 22);
  assert.match(refuseChanged("r-1", "abc", some(20)).message, /build h19\.$/);
});

test("each reason why a click does not count has its own words", () => {
  const of = (reason: Parameters<typeof refuseApproval>[1]) => refuseApproval(aDeployment(), reason);
  for (const [reason, message, advice] of [
    ["no-person", /^yoga takes people that fleet\.yaml knows/, /An admin can add it/],
    ["own", /^Alice asked for this, so somebody else has to say Switch\.$/, /Ask a colleague/],
    ["twice", /^You have said so already/, /Ask a colleague/],
    ["no-approver", /role approver\.$/, /no trusted ref, or comes outside/],
    ["another-system", /another system than the one that was built/, /Ask again/],
  ] as const) {
    assert.match(of(reason).message, message);
    assert.match(of(reason).help ?? "", advice);
    assert.equal(of(reason).code, "needs-approval");
  }
});

const by = { surface: "slack", id: "U2", name: "Bob" };
const decided = (action: "switch" | "cancel"): Confirmation =>
  aConfirmation("2026-11-23T11:00:00.000Z", { decision: { action, by, at: "2026-11-23T10:00:00.000Z" } });
const yes = { phase: "switch", confirmation: decided("switch") } as const;

test("a click that decides nothing is told why; a cancel of what may still be stopped stops it", () => {
  const bob = "already-decided: Bob decided already: switch.";
  const late = "too-late: Bob clicked switch already, and the switch is under way.";
  const collects = { mode: "gc", phase: "collect", confirmation: decided("switch") } as const;
  const waits = { ...yes, phase: "confirm", isTogether: true } as const;
  const early = "not-ready: d-20261123-0001 is in build: there is nothing to decide yet.";
  const watched = { phase: "monitor", monitor, confirmation: decided("switch") } as const;
  for (const [change, action, isAtWork, expected] of [
    [{ phase: "build" }, "switch", true, early],
    [{ phase: "build" }, "switch", false, early],
    [{ phase: "build" }, "cancel", false, early],
    [{ phase: "build" }, "cancel", true, null],
    [asks, "switch", true, "expired: The card of d-20261123-0001 has expired."],
    [asks, "cancel", true, "expired: The card of d-20261123-0001 has expired."],
    [{ outcome: "failed" }, "cancel", true, "already-decided: d-20261123-0001 has ended: failed."],
    [{ outcome: "expired" }, "switch", false, "expired: d-20261123-0001 has ended: expired."],
    [yes, "switch", true, bob],
    [yes, "cancel", true, late],
    [yes, "cancel", false, late],
    [{ ...yes, outcome: "deployed" }, "cancel", true, bob],
    [{ ...yes, outcome: "deployed" }, "switch", true, bob],
    [
      { ...yes, confirmation: decided("cancel") },
      "switch",
      true,
      "already-decided: Bob decided already: cancel.",
    ],
    [
      { ...yes, confirmation: decided("cancel") },
      "cancel",
      true,
      "already-decided: Bob decided already: cancel.",
    ],
    [waits, "cancel", true, null],
    [waits, "cancel", false, late],
    [waits, "switch", true, bob],
    [{ ...waits, isTogether: false }, "cancel", true, late],
    [{ ...waits, phase: "switch" }, "cancel", true, late],
    [collects, "cancel", true, null],
    [collects, "cancel", false, "too-late: Collect garbage is under way."],
    [watched, "cancel", true, null],
    [watched, "cancel", false, late],
    [watched, "switch", true, bob],
  ] as const) {
    const refused = refuseDecision(aDeployment(change), action, isAtWork);
    assert.equal(said(refused), expected, `${JSON.stringify(change)} ${action} ${isAtWork}`);
  }
  assert.equal(help(refuseDecision(aDeployment(asks), "switch", true)), "Ask again.");
  assert.equal(help(refuseDecision(aDeployment(), "switch", true)), "Its card will ask.");
  assert.match(help(refuseDecision(aDeployment(yes), "cancel", true)) ?? "", /it rolls back by itself/);
  assert.equal(help(refuseDecision(aDeployment(yes), "switch", true)), null);
});
