import assert from "node:assert/strict";
import { test } from "node:test";
import { hintFor } from "../../../src/nix/hints.ts";

/** What Nix and ssh really print, and a word of the hint that belongs to it. */
const known: readonly (readonly [string, RegExp])[] = [
  ["error: attribute 'nginxx' missing", /misspelt/],
  ["error: undefined variable 'pgks'", /not in scope/],
  ["error: infinite recursion encountered", /depends on itself/],
  ["error: Failed assertions:\n- the option users.users is odd", /refuses itself/],
  ["error: The option `services.ngnix' does not exist. Definition values:", /unknown in this nixpkgs/],
  ["error: hash mismatch in fixed-output derivation '/nix/store/x.drv':", /'got:' hash/],
  ["error: writing to file: No space left on device", /disk is full/],
  ["fatal: detected dubious ownership in repository at '/srv/fleet'", /safe.directory/],
  ["error: Path 'hosts/new.nix' in the repository \"/srv/fleet\" is not tracked by Git.", /git add/],
  ["error: cannot add path '/nix/store/x' because it lacks a signature by a trusted key", /trusted-user/],
  ["ssh: connect to host yoga port 22: Connection refused", /sshd running/],
  ["Host key verification failed.", /builder's known_hosts/],
  ["checking the host key of [yoga]:2222: kh has no key for it. Compare …", /SWITCHYARD_KNOWN_HOSTS/],
  ["the host key SHA256:abc is not the one in kh: someone may be in between", /SWITCHYARD_KNOWN_HOSTS/],
  ["root@yoga: Permission denied (publickey).", /authorized_keys/],
  ["sudo: a password is required", /sudo/],
];

for (const [line, hint] of known) {
  test(`there is a hint for: ${line.split("\n")[0]}`, () => {
    assert.match(hintFor(["some line before", ...line.split("\n")]) ?? "", hint);
  });
}

for (const line of [
  "error: getting status of '/nix/store/0ccnxa25whszw7mgbgyzdm4nqc0zwnm8-source/foo.nix': No such file or directory",
  "error: path '/nix/store/0ccnxa25whszw7mgbgyzdm4nqc0zwnm8-source/foo.nix' does not exist",
]) {
  test(`a file that git does not know has its hint: ${line.slice(0, 24)}…`, () => {
    assert.match(hintFor([line]) ?? "", /git add/);
  });
}

test("what is not known has no hint", () => {
  assert.equal(hintFor(["error: something new"]), null);
  assert.equal(hintFor([]), null);
});
