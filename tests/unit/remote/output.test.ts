import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { maxCapture, maxLineLength, OutputCollector } from "../../../src/remote/output.ts";

/** The bytes of a text, cut where the numbers say. */
function cut(text: string, at: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text);
  const places = [...new Set(at.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [0, ...places].map((place, index) => bytes.subarray(place, places[index] ?? bytes.length));
}

test("wherever the bytes are cut, inside a letter too, the lines are the same", () => {
  const text = fc
    .string({ unit: "grapheme", maxLength: 60 })
    .map((value) => value.toWellFormed().replaceAll("\r", ""));
  fc.assert(
    fc.property(fc.array(text, { maxLength: 8 }), fc.array(fc.nat(500)), (lines, places) => {
      const whole = lines.join("\n");
      const seen: string[] = [];
      const collector = new OutputCollector((line) => void seen.push(line));
      for (const chunk of cut(whole, places)) {
        assert.equal(collector.push(chunk), true);
      }
      assert.equal(collector.end(), whole);
      const expected = whole.split("\n");
      assert.deepEqual(seen, expected.at(-1) === "" ? expected.slice(0, -1) : expected);
    }),
  );
});

test("without a listener the text is kept whole", () => {
  const collector = new OutputCollector();
  for (const chunk of cut("häßlich\r\nund 😀\n", [1, 2, 3, 4, 5, 17, 18, 19])) {
    collector.push(chunk);
  }
  assert.equal(collector.end(), "häßlich\r\nund 😀\n");
});

test("a carriage return at the end of a line is not a part of it", () => {
  const seen: string[] = [];
  const collector = new OutputCollector((line) => void seen.push(line));
  collector.push(Buffer.from("one\r\ntwo\r"));
  collector.push(Buffer.from("\nthree"));
  collector.end();
  assert.deepEqual(seen, ["one", "two", "three"]);
});

test("a line without an end is cut once, with a mark, and the next one is whole", () => {
  const seen: string[] = [];
  const collector = new OutputCollector((line) => void seen.push(line));
  for (let count = 0; count < 100; count++) {
    collector.push(Buffer.from("x".repeat(1_000)));
  }
  collector.push(Buffer.from("\nnext\n"));
  collector.end();
  assert.deepEqual(seen, [`${"x".repeat(maxLineLength)} … (line cut)`, "next"]);
});

test("with a listener only the tail is kept, however much comes", () => {
  const collector = new OutputCollector(() => {});
  for (let count = 0; count < 300; count++) {
    assert.equal(collector.push(Buffer.from(`${"x".repeat(999)}\n`)), true);
  }
  collector.push(Buffer.from("the end\n"));
  const text = collector.end();
  assert.equal(text.length, 64 * 1024);
  assert.equal(text.endsWith("the end\n"), true);
});

test("without a listener more than is kept says so, and what fitted stays", () => {
  const collector = new OutputCollector();
  const megabyte = Buffer.alloc(1024 ** 2, "x");
  for (let count = 0; count < 16; count++) {
    assert.equal(collector.push(megabyte), true);
  }
  assert.equal(collector.push(Buffer.from("y")), false);
  assert.equal(collector.end().length, maxCapture);
});

test("bytes that are no UTF-8 end nothing", () => {
  const seen: string[] = [];
  const collector = new OutputCollector((line) => void seen.push(line));
  collector.push(Buffer.from([0x61, 0xff, 0x62, 0x0a, 0xe2, 0x82]));
  collector.end();
  assert.deepEqual(seen, ["a\ufffdb", "\ufffd"]);
});
