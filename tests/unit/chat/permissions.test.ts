import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import type { Identity } from "../../../src/chat/identity.ts";
import { mayDo, type Permission, personOf } from "../../../src/chat/permissions.ts";
import { fleetFrom } from "../../fakes/tools.ts";

const fleet = fleetFrom(`
hosts:
  yoga:
  vps: { roles: [server-deployer] }
people:
  alice: { slack: U1, discord: "987", web: alice }
  bob: { slack: U2 }
  carol: { slack: U3 }
roles:
  admin: [alice]
  deployer: [bob, "slack-group:S0AB"]
  server-deployer: [carol]
`);

const slack = (id: string, ...groups: readonly string[]): Identity => ({
  surface: "slack",
  id,
  name: id,
  groups,
});
const people = {
  token: { surface: "web", id: "token", name: "web", groups: [] },
  terminal: { surface: "terminal", id: "root", name: "root", groups: [] },
  alice: slack("U1"),
  aliceOnDiscord: { surface: "discord", id: "987", name: "alice", groups: [] },
  bob: slack("U2"),
  carol: slack("U3"),
  group: slack("U7", "slack-group:S0AB"),
  stranger: slack("U9"),
} as const satisfies Record<string, Identity>;

/** Who may: view, build, deploy yoga, deploy vps, roll vps back, any-ref. */
const table: readonly (readonly [keyof typeof people, string])[] = [
  ["token", "✓✓✓✓✓✓"],
  ["terminal", "✓✓✓✓✓✓"],
  ["alice", "✓✓✓✓✓✓"],
  ["aliceOnDiscord", "✓✓✓✓✓✓"],
  ["bob", "✓✓✓···"],
  ["carol", "✓··✓✓·"],
  ["group", "✓✓✓···"],
  ["stranger", "✓·····"],
];

const acts: readonly (readonly [Permission, string | null])[] = [
  ["view", "vps"],
  ["build", null],
  ["deploy", "yoga"],
  ["deploy", "vps"],
  ["rollback", "vps"],
  ["any-ref", "yoga"],
];

for (const [name, marks] of table) {
  test(`${name}: ${acts.map(([what, host], index) => `${marks[index]} ${what}${host === null ? "" : ` ${host}`}`).join(", ")}`, () => {
    const found = acts.map(([what, host]) =>
      mayDo(fleet, people[name], what, host).kind === "allowed" ? "✓" : "·",
    );
    assert.equal(found.join(""), marks);
  });
}

test("without roles nobody but the token's holder and the terminal may change anything", () => {
  const none = fleetFrom("");
  assert.equal(mayDo(none, people.token, "deploy", "yoga").kind, "allowed");
  assert.equal(mayDo(none, people.bob, "deploy", "yoga").kind, "refused");
  assert.equal(mayDo(none, people.bob, "view", "yoga").kind, "allowed");
});

test("a viewer role shuts the door to everybody without any role", () => {
  const closed = fleetFrom("people: { bob: { slack: U2 } }\nroles: { viewer: [], deployer: [bob] }");
  assert.equal(mayDo(closed, people.stranger, "view", null).kind, "refused");
  assert.equal(mayDo(closed, people.bob, "view", null).kind, "allowed");
});

test("a star means everybody, and nobody of another organisation", () => {
  const open = fleetFrom('roles: { viewer: ["*"], deployer: ["*"] }');
  assert.equal(mayDo(open, people.stranger, "deploy", "yoga").kind, "allowed");
  const outsider: Identity = { ...people.stranger, isOutsider: true };
  assert.equal(mayDo(open, outsider, "deploy", "yoga").kind, "refused");
  assert.equal(mayDo(open, outsider, "view", "yoga").kind, "refused");
});

test("an id of one surface is nobody on another one", () => {
  assert.equal(personOf(fleet, { surface: "discord", id: "U1", name: "x", groups: [] }), null);
  assert.equal(
    mayDo(fleet, { surface: "discord", id: "U1", name: "x", groups: [] }, "deploy", "yoga").kind,
    "refused",
  );
  assert.equal(
    mayDo(fleet, { surface: "slack", id: "token", name: "x", groups: [] }, "deploy", "yoga").kind,
    "refused",
  );
});

test("a name is no identity: whoever calls themselves alice is not alice", () => {
  assert.equal(mayDo(fleet, { ...people.stranger, name: "alice" }, "deploy", "yoga").kind, "refused");
  assert.equal(mayDo(fleet, slack("alice"), "deploy", "yoga").kind, "refused");
});

test("a refusal prints the lines of fleet.yaml that would allow it, and they do", () => {
  for (const [who, what, host] of [
    [people.stranger, "deploy", "yoga"],
    [people.stranger, "rollback", "vps"],
    [people.bob, "any-ref", "yoga"],
    [people.group, "deploy", "vps"],
  ] as const) {
    const refused = mayDo(fleet, who, what, host);
    assert.equal(refused.kind, "refused");
    const help = refused.kind === "refused" ? refused.help : "";
    const lines = parse(help.slice(help.indexOf("\n") + 1));
    const mended = {
      ...fleet,
      people: { ...fleet.people, ...lines.people },
      roles: { ...fleet.roles, ...lines.roles },
    };
    assert.equal(mayDo(mended, who, what, host).kind, "allowed", help);
    assert.equal(mayDo(mended, people.bob, "build", null).kind, "allowed", "nobody loses a role by it");
  }
});

test("the lines for a stranger who calls themselves Alice do not make them the Alice that is known", () => {
  const refused = mayDo(fleet, { ...people.stranger, name: "Alice" }, "deploy", "yoga");
  const help = refused.kind === "refused" ? refused.help : "";
  assert.equal(/^ {2}alice:/m.test(help), false, help);
});
