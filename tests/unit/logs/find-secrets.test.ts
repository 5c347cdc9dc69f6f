import assert from "node:assert/strict";
import { test } from "node:test";
import { findSecrets } from "../../../src/logs/find-secrets.ts";

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
  `slack = "xoxb-${"1".repeat(12)}-${"2".repeat(12)}-${"aB3".repeat(8)}";`,
  `npm = "npm_${"a1B2".repeat(9)}";`,
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
