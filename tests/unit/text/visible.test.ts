import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { visible } from "../../../src/text/visible.ts";

const esc = "\u001b";
const hidden = /^[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]$/u;

test("characters that turn a line around, or hide in it, are shown as what they are", () => {
  assert.equal(visible("fix \u202egnp.exe"), "fix \\u202egnp.exe");
  assert.equal(visible("yo\u200bga"), "yo\\u200bga");
  assert.equal(visible("a\u2066b\u2069c\ufeff\u00ad"), "a\\u2066b\\u2069c\\ufeff\\u00ad");
  assert.equal(visible("tag\u{e0041}"), "tag\\u{e0041}");
  assert.equal(
    visible("hangul\u3164filler, line\u2028separator, grapheme\u034fjoiner"),
    "hangul\\u3164filler, line\\u2028separator, grapheme\\u034fjoiner",
  );
});

test("esc sequences are shown, and colours, which say nothing, are left out", () => {
  assert.equal(visible(`${esc}[31mred${esc}[0m`), "red");
  assert.equal(visible(`${esc}[2J${esc}[1;1Hgone`), "\\u001b[2J\\u001b[1;1Hgone");
  assert.equal(
    visible(`${esc}]8;;https://evil.example${esc}\\link`),
    "\\u001b]8;;https://evil.example\\u001b\\link",
  );
  assert.equal(visible("a\u0000b\u009bc\u0008"), "a\\u0000b\\u009bc\\u0008");
});

test("a carriage return hides nothing: at the end of a line it goes, within one it is shown", () => {
  assert.equal(visible("one\r\ntwo\r"), "one\ntwo");
  assert.equal(visible("evil\rgood"), "evil\\u000dgood");
});

test("what people write stays as it is: scripts, emoji with their joiners, tabs and lines", () => {
  for (const text of ["naïve Žluťoučký 東京 Ελλάδα עברית", "👩‍💻 👨‍👩‍👧 ❤️ 👍🏽 1️⃣", "می‌خواهم क्‍ष", "a\tb\nc"]) {
    assert.equal(visible(text), text);
  }
});

test("the choice of an emoji's look stays with emoji and keycaps, and is shown beside other digits", () => {
  assert.equal(visible("v1\ufe0f.2 #\ufe0e *\ufe0f"), "v1\\ufe0f.2 #\\ufe0e *\\ufe0f");
  assert.equal(visible("1\ufe0f\u20e3 ❤\ufe0f"), "1\ufe0f\u20e3 ❤\ufe0f");
});

test("a few marks stay on a letter, and a pile that would cover other lines is shown", () => {
  const mark = "\u0301";
  assert.equal(visible(`e${mark.repeat(4)}!`), `e${mark.repeat(4)}!`);
  assert.equal(visible(`e${mark.repeat(40)}!`), `e${mark.repeat(4)}${"\\u0301".repeat(36)}!`);
});

test("whatever comes, nothing hidden is left, and showing it twice changes nothing", () => {
  const nasty = fc.constantFrom(
    "\u202e",
    "\u200b",
    "\u0000",
    "\u001b",
    "\r",
    "\ud800",
    "a",
    "\n",
    "👩",
    "\u200d",
    "[1m",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(nasty, fc.string({ unit: "binary" }))), (parts) => {
      const shown = visible(parts.join(""));
      const left = [...shown].filter((one) => hidden.test(one) && one !== "\n" && one !== "\t");
      assert.deepEqual(
        left.filter((one) => one !== "\u200d"),
        [],
      );
      assert.equal(visible(shown), shown);
    }),
  );
});

test("words of scripts whose vowels take a place of their own stay as they are", () => {
  const burmese = "\u101c\u103b\u103e\u1031\u102c\u1037";
  assert.equal(visible(burmese), burmese);
});

test("a line of nothing but marks, joiners or carriage returns is looked at once", () => {
  const began = performance.now();
  for (const one of ["\u0301", "\u064e\u200d", "\r"]) {
    visible(`${one.repeat(200_000)}x`);
  }
  assert.ok(performance.now() - began < 5_000, "squared it takes minutes");
});
