import assert from "node:assert/strict";
import { test } from "node:test";
import type { Actor } from "../../../src/deploy/actor.ts";
import { refusesCode } from "../../../src/deploy/rights.ts";
import { aDeployment } from "../../fakes/records.ts";

/** Whose word lets the code of a ref through that is not trusted, by the people of now. */

const who = (name: string): Actor => ({ surface: "slack", id: name, name });
const [carol, dave, erin] = [who("carol"), who("dave"), who("erin")];

function refusal(people: Readonly<Record<string, string>>, ...others: readonly Actor[]): string | null {
  const refApproval = {
    ...{ action: "switch" as const, by: dave, at: "2026-11-23T10:00:00.000Z", toplevel: "/nix/store/x" },
    others: others.map((by) => ({ by, person: by.name, at: "2026-11-23T10:01:00.000Z" })),
  };
  const asked = aDeployment({ requestedBy: carol, isTrusted: false, refApproval, toplevel: "/nix/store/x" });
  return refusesCode(asked, { personOf: ({ name }) => people[name] ?? null, refuses: () => null });
}

test("an account that fleet.yaml knows no more lets no code through, whatever its groups still allow", () => {
  const known = { carol: "Carol", dave: "Dave", erin: "Erin" };
  assert.equal(refusal(known), null);
  assert.equal(refusal(known, erin), null);
  const unknown = "fleet.yaml knows an account that let it through no more";
  assert.equal(refusal({ carol: "Carol" }), unknown);
  assert.equal(refusal({ carol: "Carol", dave: "Dave" }, erin), unknown);
});

test("who asked to go forward to code of any ref is asked again whether they still may", () => {
  const asked = { mode: "rollback", isForward: true, isTrusted: false, allowAnyRef: true } as const;
  const rights = (why: string | null) => ({
    personOf: ({ name }: Actor) => name,
    refuses: (_: Actor, right: string) => (right === "any-ref" ? why : null),
  });
  const forward = aDeployment({ ...asked, requestedBy: carol });
  assert.equal(refusesCode(forward, rights(null)), null);
  assert.equal(refusesCode(forward, rights("carol is no admin any more")), "carol is no admin any more");
  const back = aDeployment({ ...asked, isForward: false, requestedBy: carol });
  assert.equal(refusesCode(back, rights("carol is no admin any more")), null, "going back brings no code");
});
