import assert from "node:assert/strict";
import { test } from "node:test";
import { redactor } from "../../../src/logs/redact.ts";

const secret = "xoxq/Zt7+Rb2 kV9~pLw4&Ng8";
const own = redactor([secret]);
const hex = Buffer.from(secret).toString("hex");
const percent = hex.replaceAll(/../g, "%$&");

/** Nothing of it that would do: no eight characters in a row of any of its forms. */
function holds(text: string, form: string): boolean {
  return Array.from({ length: form.length - 7 }, (_, at) => form.slice(at, at + 8)).some((part) =>
    text.includes(part),
  );
}

test("a known secret in base64 is masked whatever stands before and behind it", () => {
  for (const before of ["", "a", "ab", "abc", "user:", "longer text: "]) {
    for (const behind of ["", "!", "!!", "\n"]) {
      for (const alphabet of ["base64", "base64url"] as const) {
        const coded = Buffer.from(before + secret + behind).toString(alphabet);
        const masked = own.text(`token ${coded} end`);
        assert.match(masked, /•••/);
        for (let shift = 0; shift < 3; shift++) {
          const fixed = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)])
            .toString(alphabet)
            .slice(4, -4);
          assert.equal(holds(masked, fixed), false, `${JSON.stringify(before)} ${alphabet}: ${masked}`);
        }
      }
    }
  }
});

test("a known secret in hexadecimal, and as it stands in an address, is masked", () => {
  for (const form of [
    hex,
    hex.toUpperCase(),
    (hex.match(/../g) ?? []).join(":"),
    (hex.match(/../g) ?? []).join(" "),
    (hex.match(/../g) ?? []).map((pair) => `\\x${pair}`).join(""),
    percent,
    percent.toUpperCase(),
    encodeURIComponent(secret),
    encodeURIComponent(secret).replaceAll("%20", "+"),
  ]) {
    const masked = own.text(`x=${form}&y`);
    assert.match(masked, /•••/, form);
    assert.equal(holds(masked, form), false, masked);
  }
});

test("a known secret that is broken over lines is masked, in a text and in lines that come one by one", () => {
  const forms = [secret.replace(" ", "_"), Buffer.from(secret).toString("base64"), hex];
  const redact = redactor([secret.replace(" ", "_"), secret]);
  for (const form of forms) {
    for (const width of [7, 10, 16, 19]) {
      const pieces = form.match(new RegExp(`.{1,${width}}`, "g")) ?? [];
      for (const between of ["\n", "\\\n", "\\\n    ", "\n  ", "\nnginx-1.2> "]) {
        const text = `before ${pieces.join(between)} behind`;
        const next = redact.stream();
        for (const masked of [
          redact.text(text),
          text.split("\n").map(next).join("\n"),
          redact.value(text.split("\n")).join("\n"),
        ]) {
          assert.equal(masked.split("\n").length, text.split("\n").length);
          for (const piece of pieces.filter(({ length }) => length >= 6)) {
            assert.equal(masked.includes(piece), false, `${width} ${JSON.stringify(between)}: ${masked}`);
          }
        }
      }
    }
  }
});

test("a secret of a known form is masked when it is encoded, too", () => {
  const redact = redactor([]);
  const token = `ghp_${"aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6"}`;
  for (const before of ["", "a", "ab"]) {
    const plain = `${before} ${token}`;
    for (const coded of [
      Buffer.from(plain).toString("base64"),
      Buffer.from(plain).toString("base64url"),
      Buffer.from(plain).toString("hex"),
      Buffer.from(plain).toString("hex").replaceAll(/../g, "%$&"),
    ]) {
      assert.equal(redact.text(`x ${coded} y`), "x ••• y", coded);
    }
  }
});

test("hashes, paths and words are no encoded secrets", () => {
  for (const text of [
    "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nginx-1.27.5",
    "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "3f786850e387550fdab836ed7e6dc881de23001b",
    "https://example.org/a%20long%20way/to%20nowhere",
  ]) {
    assert.equal(own.text(text), text);
  }
});

test("many and long secrets are masked as one is, in a text of many lines and in lines that come one by one", () => {
  const many = Array.from({ length: 60 }, (_, at) => `zq${at}-${"K7+w".repeat(40)}-${at}`);
  const redact = redactor(many);
  for (const one of many) {
    const half = one.length >> 1;
    const broken = `before\n${one.slice(0, half)}\\\n  ${one.slice(half)}\nbehind ${one}`;
    assert.equal(redact.text(broken), "before\n•••\n\nbehind •••");
    assert.equal(redact.stream()(`it says ${one} here`), "it says ••• here");
  }
});

test("a secret with blanks is masked where its line is broken at a blank", () => {
  const redact = redactor(["correct horse battery staple"]);
  for (const text of [
    "correct horse \nbattery staple",
    "correct horse\n   battery staple",
    "correct\nhorse battery\nstaple",
  ]) {
    assert.equal(redact.text(`a ${text} b`).replaceAll("\n", ""), "a ••• b");
  }
});
