import assert from "node:assert/strict";
import { test } from "node:test";
import type { Identity } from "../../../src/chat/identity.ts";
import { isDecider, mayDo, type Permission } from "../../../src/chat/permissions.ts";
import { fleetFrom } from "../../fakes/tools.ts";

/** Each permission by itself, for each role, on a host with the default roles, on one with its own, and on no host. */

const fleet = fleetFrom(`
hosts:
  yoga:
  vps: { roles: [server-deployer] }
people:
  viewer: { slack: viewer }
  deployer: { slack: deployer }
  server-deployer: { slack: server-deployer }
  approver: { slack: approver }
  admin: { slack: admin }
roles:
  viewer: [viewer]
  deployer: [deployer]
  server-deployer: [server-deployer]
  approver: [approver]
  admin: [admin]
`);
const roles = ["none", "viewer", "deployer", "server-deployer", "approver", "admin"] as const;
const all = "viewer deployer server-deployer approver admin";

const table: Readonly<Record<Permission, readonly [yoga: string, vps: string, noHost: string]>> = {
  view: [all, all, all],
  build: ["deployer admin", "deployer admin", "deployer admin"],
  deploy: ["deployer admin", "server-deployer admin", "deployer admin"],
  rollback: ["deployer admin", "server-deployer admin", "deployer admin"],
  lock: ["deployer admin", "server-deployer admin", "deployer admin"],
  approve: ["deployer approver admin", "server-deployer approver admin", "deployer approver admin"],
  "approve-special": ["approver admin", "approver admin", "approver admin"],
  "any-ref": ["admin", "admin", "admin"],
  "unlock-others": ["admin", "admin", "admin"],
  "no-rollback": ["admin", "admin", "admin"],
  adopt: ["admin", "admin", "admin"],
};

const who = (id: string, more: Partial<Identity> = {}): Identity => ({
  surface: "slack",
  id,
  name: id,
  groups: [],
  ...more,
});

for (const [permission, allowed] of Object.entries(table) as [Permission, readonly string[]][]) {
  test(`${permission} is for the roles of the table, on each kind of host`, () => {
    for (const [at, host] of ["yoga", "vps", null].entries()) {
      const found = roles.filter((role) => mayDo(fleet, who(role), permission, host).kind === "allowed");
      assert.deepEqual(found, allowed[at]?.split(" "), String(host));
    }
  });
}

test("room is kept for whoever may say yes on some host, and for nobody else", () => {
  const found = roles.filter((role) => isDecider(fleet, who(role)));
  assert.deepEqual(found, ["deployer", "server-deployer", "approver", "admin"]);
  const noHosts = fleetFrom("people: { ada: { slack: ada } }\nroles: { approver: [ada], viewer: [bob] }");
  assert.deepEqual(
    ["ada", "bob"].map((id) => isDecider(noHosts, who(id))),
    [true, false],
    "hosts that fleet.yaml does not name can be deployed as well",
  );
});

test("a refusal names the role that is missing", () => {
  const needed = (permission: Permission, host: string | null) => {
    const refused = mayDo(fleet, who("none"), permission, host);
    return refused.kind === "refused" ? refused.role : null;
  };
  assert.deepEqual(
    [
      needed("view", null),
      needed("deploy", "vps"),
      needed("approve-special", "vps"),
      needed("adopt", "yoga"),
    ],
    ["viewer", "server-deployer", "approver", "admin"],
  );
});

test("the lines that would allow it stay YAML whatever a name looks like, and name no members to outsiders", () => {
  const help = (file: string, one: Identity, what: Permission) => {
    const refused = mayDo(fleetFrom(file), one, what, null);
    return refused.kind === "refused" ? refused.help.split("\n").slice(1) : [];
  };
  assert.deepEqual(help("", who("U1", { name: "Ada Lovelace (she/her)" }), "build"), [
    "people:",
    '  ada-lovelace: { slack: "U1" }',
    "roles:",
    "  deployer: [ada-lovelace]",
  ]);
  assert.deepEqual(
    help("", who("U1", { name: "--42 Émile (x) Zola--" }), "build")[1],
    '  mile-x-zola: { slack: "U1" }',
  );
  assert.deepEqual(help("", who("U1", { name: "漢字" }), "build")[1], '  somebody: { slack: "U1" }');
  assert.deepEqual(help("", who("U1", { name: "Yes" }), "build")[3], '  deployer: ["yes"]');
  assert.deepEqual(help("", who("U1", { name: "yesterday" }), "build")[3], "  deployer: [yesterday]");
  assert.deepEqual(help("", who("U1", { name: "eyes" }), "build")[3], "  deployer: [eyes]");
  const known =
    'people: { ada: { slack: U1 }, "bob-2": { slack: U2 } }\nroles: { deployer: ["slack-group:S1", "bob-2", "7of9", "Eve"], viewer: [] }';
  assert.deepEqual(help(known, who("U1"), "build"), [
    "roles:",
    '  deployer: ["slack-group:S1", bob-2, "7of9", "Eve", ada]',
  ]);
  assert.deepEqual(help(known, who("U9", { name: "ada" }), "build"), [
    "people:",
    '  ada-2: { slack: "U9" }',
    "roles:",
    '  deployer: ["slack-group:S1", bob-2, "7of9", "Eve", ada-2]',
  ]);
  const outsider = who("U8", { name: "mal", isOutsider: true });
  assert.deepEqual(help(known, outsider, "build").at(-1), "  deployer: […, mal]");
  assert.deepEqual(help("", outsider, "build").at(-1), "  deployer: [mal]");
  assert.deepEqual(
    help("", outsider, "view").at(-1),
    "  viewer: […, mal]",
    "a new viewer role keeps the door open to all who have it now",
  );
});
