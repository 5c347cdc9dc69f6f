export const rowHeight = 19;
/** Browsers end an element's height at some 17 million pixels: a longer log is scrolled in proportion. */
const mostPixels = 12_000_000;

/** Which rows are in view: the first one, how many, and how far the first is scrolled out at the top. */
export function rowsInView({ total, scrollTop, viewHeight }) {
  const height = heightOf(total);
  const count = Math.ceil(viewHeight / rowHeight) + 1;
  const last = Math.max(0, total * rowHeight - viewHeight);
  const range = height - viewHeight;
  const offset = height === total * rowHeight || range <= 0 ? scrollTop : (scrollTop / range) * last;
  const top = Math.min(offset, last);
  const first = Math.floor(top / rowHeight);
  return { first, count, shift: top - first * rowHeight };
}

export function heightOf(total) {
  return Math.min(total * rowHeight, mostPixels);
}

/** Where to scroll so that a row is the first one in view. */
export function scrollFor({ row, total, viewHeight }) {
  const height = heightOf(total);
  const last = total * rowHeight - viewHeight;
  return height === total * rowHeight || last <= 0
    ? row * rowHeight
    : ((row * rowHeight) / last) * (height - viewHeight);
}
