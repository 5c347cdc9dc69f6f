import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { planEvaluators } from "../../../src/nix/evaluators.ts";

const gigabyte = 1024 ** 3;
const hosts = (count: number) => Array.from({ length: count }, (_, index) => `host-${index}`);

test("there is about one evaluator a core, fewer where memory is short, and one for every two hosts at most", () => {
  for (const [count, cores, memory, evaluators] of [
    [1, 8, 64, 1],
    [2, 8, 64, 1],
    [4, 8, 64, 2],
    [32, 8, 64, 8],
    [32, 2, 64, 2],
    [32, 8, 5, 2],
    [32, 8, 0, 1],
    [32, 0, 64, 1],
    [0, 8, 64, 0],
  ] as const) {
    assert.equal(
      planEvaluators(hosts(count), cores, memory * gigabyte).length,
      evaluators,
      `${count} hosts, ${cores} cores, ${memory} GB`,
    );
  }
});

test("every host is in exactly one evaluator, and they differ by one host at most", () => {
  fc.assert(
    fc.property(fc.nat(100), fc.nat(64), fc.nat(256), (count, cores, memory) => {
      const batches = planEvaluators(hosts(count), cores, memory * gigabyte);
      assert.deepEqual(batches.flat().toSorted(), hosts(count).toSorted());
      const sizes = batches.map((batch) => batch.length);
      assert.equal(count === 0 || Math.max(...sizes) - Math.min(...sizes) <= 1, true);
      assert.equal(sizes.includes(0), false);
    }),
  );
});
