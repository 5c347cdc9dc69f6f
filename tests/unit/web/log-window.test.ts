import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";

interface Rows {
  readonly first: number;
  readonly count: number;
  readonly shift: number;
}
interface Window {
  readonly rowHeight: number;
  rowsInView(of: { total: number; scrollTop: number; viewHeight: number }): Rows;
  heightOf(total: number): number;
  scrollFor(of: { row: number; total: number; viewHeight: number }): number;
}

/** The page's own file, which has no types. */
const file = new URL("../../../adapters/web/page/log/window.js", import.meta.url).href;
const { rowHeight, rowsInView, heightOf, scrollFor } = (await import(file)) as Window;

const sizes = fc.record({
  total: fc.integer({ min: 1, max: 20_000_000 }),
  viewHeight: fc.integer({ min: rowHeight, max: 2_000 }),
});

test("the top shows the first row, and the end the last one, however long the log", () => {
  fc.assert(
    fc.property(sizes, ({ total, viewHeight }) => {
      assert.deepEqual(rowsInView({ total, scrollTop: 0, viewHeight }).first, 0);
      const scrollTop = Math.max(0, heightOf(total) - viewHeight);
      const { first, count } = rowsInView({ total, scrollTop, viewHeight });
      assert.ok(first + count >= total, "the last row is in view");
      assert.ok(first < total);
    }),
  );
});

test("scrolling to a row brings it into view", () => {
  fc.assert(
    fc.property(sizes, fc.double({ min: 0, max: 1, noNaN: true }), ({ total, viewHeight }, share) => {
      const last = Math.max(0, total - Math.ceil(viewHeight / rowHeight));
      const row = Math.floor(share * last);
      const { first, count } = rowsInView({
        total,
        scrollTop: scrollFor({ row, total, viewHeight }),
        viewHeight,
      });
      assert.ok(first <= row && row <= first + count, `${row} is not in ${first}+${count}`);
    }),
  );
});

test("no browser's limit for the height of an element is reached", () => {
  assert.ok(heightOf(1_000_000_000) < 16_000_000);
  assert.equal(heightOf(1_000), 1_000 * rowHeight);
});
