import assert from "node:assert/strict";
import { test } from "node:test";
import { addedLineReader } from "../../../src/nix/added-lines.ts";
import { findSecrets } from "../../../src/nix/find-secrets.ts";

// Put together here, so that nobody's scanner takes this file for a leak.
const word = "hunter2".repeat(3);
const secret = [
  `  password = "${word}";`,
  `  initialPassword = "${word}";`,
  `DB_PASSWORD: '${word}'`,
  `  "apiKey": "${word}",`,
  `  wifi.psk_token = "${word}";`,
  `-----BEGIN OPENSSH ${"PRIVATE"} KEY-----`,
  `-----BEGIN ${"PRIVATE"} KEY-----`,
  `key = AGE-SECRET-${"KEY"}-1QQQQQQQQQQQQQQQQQQQQQQQQQQ`,
  `aws = AKIA${"A".repeat(16)}`,
  `url = "https://x:ghp_${"a".repeat(36)}@example"`,
  `xoxb-${"1".repeat(12)}`,
];
const harmless = [
  `  hashedPassword = "$y$j9T$abcdef";`,
  `  passwordFile = "/run/secrets/db";`,
  `  password = "/run/secrets/db";`,
  `  password = config.sops.placeholder.db;`,
  `  password = "\${builtins.readFile ./x}";`,
  `password: ENC[AES256_GCM,data:abc,iv:x]`,
  `password: "ENC[AES256_GCM,data:abc]"`,
  `  services.openssh.passwordAuthentication = false;`,
  `-----BEGIN PUBLIC KEY-----`,
  `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI`,
  `  secret = "";`,
];

test("secrets in plain text are found by their line, and are no part of what is said", () => {
  for (const line of secret) {
    const found = findSecrets(`{\n${line}\n}`);
    assert.deepEqual(
      found.map((one) => one.line),
      [2],
      line,
    );
    assert.equal(JSON.stringify(found).includes(word), false);
  }
});

test("hashes, files, references and what sops encrypted are no secrets", () => {
  for (const line of harmless) {
    assert.deepEqual(findSecrets(line), [], line);
  }
});

test("added lines have the number they have in the new file", () => {
  const read = addedLineReader();
  const diff = [
    "diff --git a/a.nix b/a.nix",
    "index 1..2 100644",
    "--- a/a.nix",
    "+++ b/a.nix",
    "@@ -1 +1,2 @@",
    "--- a comment of the file, removed",
    "+++ b/not a header, added",
    "+second",
    "@@ -10,2 +11,0 @@ in",
    "-x",
    "-y",
    "@@ -20,0 +20 @@ in",
    "+third",
    "--- a/gone.nix",
    "+++ /dev/null",
    "@@ -1 +0,0 @@",
    "-z",
    "+++ b/dir/b c.nix\t",
    "@@ -0,0 +1 @@",
    "+fourth",
    "\\ No newline at end of file",
  ];
  assert.deepEqual(
    diff.map(read).filter((line) => line !== null),
    [
      { path: "a.nix", line: 1, text: "++ b/not a header, added" },
      { path: "a.nix", line: 2, text: "second" },
      { path: "a.nix", line: 20, text: "third" },
      { path: "dir/b c.nix", line: 1, text: "fourth" },
    ],
  );
});
