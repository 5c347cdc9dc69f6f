import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFleetFile } from "../../../src/config/fleet-file.ts";

function mistakes(text: string): readonly string[] {
  const found = parseFleetFile(text);
  return found.kind === "wrong" ? found.mistakes : [];
}

test("a host that names a role which is not there is told where, and what may be meant", () => {
  assert.deepEqual(
    mistakes("roles: { server-deployer: [] }\nhosts:\n  yoga: { roles: [deployer, server-deploier] }\n"),
    [
      'line 3, column 29: hosts.yoga.roles.1: there is no role "server-deploier", so nobody but an admin could deploy yoga. Did you mean server-deployer?',
    ],
  );
  assert.deepEqual(
    mistakes("roles: { deployer: [] }\nhosts:\n  yoga: { roles: [nobody] }\n"),
    [],
    "a name of its own may mean that admins alone deploy it",
  );
});

test("a role that is a letter away from one of the bot's own, and that no host names, lets nobody do anything", () => {
  assert.deepEqual(mistakes("roles:\n  deploier: []\n"), [
    'line 2, column 3: roles: no host names the role "deploier", so it lets nobody do anything. Did you mean deployer?',
  ]);
  assert.deepEqual(mistakes("roles: { deployers: [] }\nhosts: { yoga: { roles: [deployers] } }"), []);
  for (const later of ["{ night-watch: [] }", "{ reviewer: [] }"]) {
    assert.deepEqual(mistakes(`roles: ${later}`), [], "it may be for later");
  }
  const teams = "roles: { team-a: [], team-b: [] }\nhosts: { yoga: { roles: [team-a] } }";
  assert.deepEqual(mistakes(teams), [], "the second team has no host yet");
});

test("a member that is nearly somebody under people is told; groups, everybody and other names are not", () => {
  const people = "people: { alice: { web: alice } }\n";
  assert.deepEqual(mistakes(`${people}roles: { deployer: [alise] }`), [
    'line 2, column 21: roles.deployer.0: "alise" is not under people, so nobody has this role by it. Did you mean alice?',
  ]);
  assert.deepEqual(mistakes(`${people}roles: { deployer: [alice, "*", "slack-group:S01", zoe] }`), []);
});

test("without roles nothing is compared: then nobody but an owner changes anything", () => {
  assert.deepEqual(mistakes("hosts: { yoga: { roles: [server-deployer] } }"), []);
});
