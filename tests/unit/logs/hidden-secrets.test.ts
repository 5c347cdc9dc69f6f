import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { redactor } from "../../../src/logs/redact.ts";

const secret = "xoxq-Zq7%wR/tP+9k\"Lm'Vb&e3$Ty";
const [first, second] = [secret.slice(0, 8), secret.slice(8)];
const utf16 = Buffer.from(secret, "utf16le");
const base64 = Buffer.from(secret).toString("base64");
const everyUnit = (prefix: string, width: number) =>
  [...secret].map((one) => prefix + (one.codePointAt(0) ?? 0).toString(16).padStart(width, "0")).join("");

const forms: Readonly<Record<string, string>> = {
  "grep --color": `${first}\u001b[01;31m\u001b[K${second.slice(0, 9)}\u001b[m\u001b[K${second.slice(9)}`,
  "grep with short colours": `${first}\u001b[K${second}`,
  "a link for a terminal": `${first}\u001b]8;;https://example.org\u0007${second}`,
  "cat -v": `${first}^[[K${second}`,
  "a carriage return": `${first}\r${second}`,
  "a backspace": `${first}x\b${second}`,
  "a backspace alone": `${first}\b${second}`,
  "bold by backspaces": [...secret].map((one) => `${one}\b${one}`).join(""),
  "a zero-width space": `${first}\u200b${second}`,
  "a zero-width joiner": `${first}\u200d${second}`,
  "a soft hyphen": `${first}\u00ad${second}`,
  "a mark on a letter": `${first}\u0301${second}`,
  "hidden characters that were shown before": `${first}\\u200b\\u001b[K${second}`,
  "escapes of JSON": everyUnit("\\u", 4),
  "escapes of C": everyUnit("\\x", 2),
  "escapes of HTML": secret.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("'", "&#39;"),
  "hexadecimal escapes of HTML": everyUnit("&#x", 2).replaceAll(/(&#x..)/g, "$1;"),
  "an address in an address": encodeURIComponent(encodeURIComponent(secret)),
  "a shell's single quotes": `'${secret.replaceAll("'", "'\\''")}'`,
  "a shell's backslashes": secret.replaceAll(/\W/g, "\\$&"),
  "strings put together": `"${first.replaceAll('"', '\\"')}" + "${second}"`,
  "base64 of UTF-16": utf16.toString("base64"),
  "base64 of UTF-16, behind a byte": Buffer.concat([Buffer.from("a"), utf16]).toString("base64"),
  "base64 of base64": Buffer.from(base64).toString("base64"),
  "base64 of base64, behind text": Buffer.from(`a ${base64}`).toString("base64"),
  "capital letters": secret.toUpperCase(),
  "from right to left": [...secret].toReversed().join(""),
};

/** What is read of it: no eight letters in a row of its own or of the form. */
function shows(masked: string, form: string): boolean {
  return [secret, form].some((whole) =>
    Array.from({ length: whole.length - 11 }, (_, at) => whole.slice(at, at + 12)).some((part) =>
      masked.includes(part),
    ),
  );
}

test("a known secret is masked through hidden characters, escapes, quotes and encodings of encodings", () => {
  const redact = redactor([secret]);
  for (const [name, form] of Object.entries(forms)) {
    const line = `it says ${form} here`;
    for (const masked of [redact.text(line), redact.stream()(line), redact.text(`a\n${line}\nb`)]) {
      assert.match(masked, /•••/, `${name}: ${masked}`);
      assert.equal(shows(masked, form), false, `${name}: ${masked}`);
      assert.match(masked, /it says .*here/, name);
    }
  }
});

test("a known secret over lines that are shorter than six letters is masked from its twelfth letter on", () => {
  const redact = redactor(["Zq7wRtP9kLmVbe3TyHxN5cJd"]);
  for (const width of [1, 2, 3, 5]) {
    const lines = "Zq7wRtP9kLmVbe3TyHxN5cJd".match(new RegExp(`.{1,${width}}`, "g")) ?? [];
    const shown = lines.map(redact.stream()).join("").replaceAll("•", "");
    assert.equal(shown.length < 12, true, shown);
    assert.equal(redact.text(lines.join("\n")).replaceAll(/[•\n]/g, ""), "");
  }
});

test("a token of a known form is masked through hidden characters", () => {
  const redact = redactor([]);
  const token = `ghp_${"aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6"}`;
  for (const hidden of ["\u001b[K", "\u200b", "\r"]) {
    const line = `x ${token.slice(0, 12)}${hidden}${token.slice(12)} y`;
    assert.equal(redact.text(line), "x ••• y");
    assert.equal(redact.stream()(line), "x ••• y");
  }
});

test("text with escapes, hidden characters and quotes that holds no secret is not read for the reader", () => {
  const redact = redactor([secret]);
  for (const line of [
    '{"a":"b\\u0041\\n"}',
    "R&amp;D 100%25 sure",
    "'it'\\''s'",
    "a\\ b C:\\x41",
    "first-class words",
  ]) {
    assert.equal(redact.text(line), line);
    assert.equal(redact.stream()(line), line);
  }
  assert.equal(redact.text("a\u200bb"), "a\\u200bb");
});

test("many short lines are not kept in memory, and a secret in pieces between them is found", () => {
  const next = redactor([secret]).stream();
  const before = process.memoryUsage().heapUsed;
  for (let lines = 0; lines < 1_000_000; lines++) {
    next("y");
  }
  assert.ok(process.memoryUsage().heapUsed - before < 64 * 1024 ** 2);
  const pieces = "0123456789abcdefghij".match(/.{5}/g) ?? [];
  const piecewise = redactor(["0123456789abcdefghij"]).stream();
  assert.match(pieces.map(piecewise).join("|"), /•/);
});

test("the public half of the bot's own key stays, and each line of the private file goes", () => {
  const directory = mkdtempSync(join(tmpdir(), "switchyard-key-"));
  try {
    const file = join(directory, "key");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "switchyard", "-f", file]);
    const [key, pub] = [readFileSync(file, "utf8"), readFileSync(`${file}.pub`, "utf8").trim()];
    const { text } = redactor([key]);
    assert.equal(text(pub), pub);
    const lines = key.trim().split("\n").slice(1, -1);
    for (const line of lines.slice(1)) {
      assert.match(text(`it says ${line}`), /•/, line);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});
