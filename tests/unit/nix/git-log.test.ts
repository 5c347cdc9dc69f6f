import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { plainUrl } from "../../../src/chat/platform/text.ts";
import { commitUrl, compareUrl, gitLog, readCount, readLog, webAddress } from "../../../src/nix/git-log.ts";

for (const [remote, web] of [
  ["https://github.com/acme/fleet.git", "https://github.com/acme/fleet"],
  ["git@github.com:acme/fleet.git", "https://github.com/acme/fleet"],
  ["ssh://git@forge.example:2222/acme/fleet", "https://forge.example/acme/fleet"],
  ["https://git.example:8443/acme/fleet/", "https://git.example:8443/acme/fleet"],
  ["https://ada:secret@gitlab.com/group/sub/fleet.git", "https://gitlab.com/group/sub/fleet"],
  ["/srv/fleet.git", null],
  ["file:///srv/fleet.git", null],
  ["../fleet", null],
  ["builder:fleet.git", null],
  ["builder:srv/fleet.git", null],
  ["git@forge.example:fleet", null],
  ["https://e.example/a/b?x=<script>", null],
  ["", null],
] as const) {
  test(`the address ${JSON.stringify(remote)} is read at ${web}`, () => {
    assert.equal(webAddress(remote), web);
  });
}

test("links to commits and to all of them, in the forge's own form", () => {
  assert.equal(commitUrl("https://github.com/a/b", "abc"), "https://github.com/a/b/commit/abc");
  assert.equal(
    commitUrl("https://gitlab.example.org/a/b", "abc"),
    "https://gitlab.example.org/a/b/-/commit/abc",
  );
  assert.equal(compareUrl("https://codeberg.org/a/b", "x", "y"), "https://codeberg.org/a/b/compare/x...y");
});

test("whatever the remote is called, an address that is made of it leads to a plain place or nowhere", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.string().map((path) => `git@h.example:${path}`),
      ),
      (remote) => {
        const web = webAddress(remote);
        if (web !== null) {
          assert.match(web, /^https:\/\/[\w.-]+(:\d+)?\/[\w./~-]+$/);
          assert.equal(plainUrl(commitUrl(web, "a".repeat(40))) === null, web.length > 440);
        }
      },
    ),
  );
});

test("only plain addresses lead anywhere", () => {
  for (const url of [
    "javascript:alert(1)",
    "https://a.example/x|y",
    "https://a.example/ b",
    "//a.example/",
    null,
  ]) {
    assert.equal(plainUrl(url), null);
  }
});

test("commits are read with their side, and subjects may hold anything", () => {
  const revision = "a".repeat(40);
  const log = `>\0${revision}\0Ada\x002026-11-23T09:00:00+01:00\0nginx: 1.27 | <b>\n<\0${"b".repeat(40)}\0Bo\x002026-11-22T09:00:00Z\0old\nnonsense\n`;
  const commits = readLog(log);
  assert.deepEqual(
    commits.map(({ subject, author, isGone }) => [subject, author, isGone]),
    [
      ["nginx: 1.27 | <b>", "Ada", false],
      ["old", "Bo", true],
    ],
  );
  assert.equal(readCount("1\t4\n"), 5);
  assert.equal(gitLog("/srv/fleet", "x", "y", 5).at(-2), "x...y");
});
