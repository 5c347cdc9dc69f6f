import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { excerptsOf, excerptText } from "../../../src/logs/excerpts.ts";

const isHit = (line: string) => line.startsWith("x");
const of = async (lines: readonly string[], around = 2, most = 1000) =>
  excerptsOf(lines, isHit, { around, most });

test("a hit comes with two lines before and after it, and with their numbers", async () => {
  const found = await of(["a", "b", "c", "x1", "d", "e", "f"]);
  assert.equal(excerptText(found), "2- b\n3- c\n4: x1\n5- d\n6- e");
  assert.equal(found.hits, 1);
});

test("ranges that overlap or touch are one, and others are told apart", async () => {
  const near = await of(["x1", "a", "b", "c", "d", "x2"]);
  assert.equal(near.ranges.length, 1);
  const far = await of(["x1", "a", "b", "c", "d", "e", "x2"]);
  assert.equal(excerptText(far), "1: x1\n2- a\n3- b\n--\n5- d\n6- e\n7: x2");
});

test("of too many the last ones are shown, and the others counted", async () => {
  const found = await of(
    Array.from({ length: 1_000 }, (_, index) => `x${index}`),
    2,
    10,
  );
  assert.equal(found.hits, 1_000);
  assert.equal(found.left, 990);
  assert.equal(found.ranges.flat().at(-1)?.text, "x999");
});

test("every line is there once, in order, and each hit is among them", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom("x", "a")),
      fc.integer({ min: 0, max: 4 }),
      async (lines, around) => {
        const { ranges, hits } = await of(lines, around);
        const numbers = ranges.flat().map(({ number }) => number);
        assert.deepEqual(
          numbers,
          lines.flatMap((_, index) =>
            lines.slice(Math.max(0, index - around), index + around + 1).includes("x") ? [index + 1] : [],
          ),
        );
        assert.equal(hits, lines.filter(isHit).length);
      },
    ),
  );
});
