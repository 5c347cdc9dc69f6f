import { cut, moreLine, oneLine } from "./text.ts";

/** What a phone shows of monospaced text without wrapping it. */
const phoneWidth = 40;
const longestCell = 300;

export interface TableBlock {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A table for platforms without tables: aligned text where that fits a phone, else one line a row. */
export type TableText =
  | { readonly kind: "aligned"; readonly lines: readonly string[] }
  | {
      readonly kind: "rows";
      /** The names of the columns; none where one name says nothing. */
      readonly columns: readonly string[];
      /** The cells that are not empty, row by row. */
      readonly rows: readonly (readonly string[])[];
      /** Says how many rows are missing. */
      readonly more: readonly string[];
    };

/** `share`: about how many characters it may take; `rowCost`: what the platform needs around a row that stands alone. */
export function tableText(
  table: TableBlock,
  options: { readonly share: number; readonly rowCost: number; readonly mostRows: number },
): TableText {
  const { share, rowCost } = options;
  const columns = table.columns.map((name) => cut(oneLine(name), longestCell));
  // More than this cannot be shown, so it need not be looked at.
  const most = Math.min(options.mostRows, Math.ceil(share / 4));
  const rows = table.rows.slice(0, most).map((row) => row.map((cell) => cut(oneLine(cell), longestCell)));
  const all = columns.some((name) => name !== "") ? [columns, ...rows] : rows;
  const widths = columns.map((_, index) => Math.max(0, ...all.map((row) => [...(row[index] ?? "")].length)));
  const width = widths.reduce((sum, one) => sum + one + 2, -2);
  const unseen = table.rows.length - rows.length;
  if (width <= phoneWidth) {
    const drawn = all.map((row) => aligned(row, widths));
    const shown = drawn.slice(0, fitting(drawn, share, 1));
    return { kind: "aligned", lines: [...shown, ...moreLine(drawn.length - shown.length + unseen)] };
  }
  const cells = rows.map((row) => row.filter((cell) => cell !== ""));
  const count = fitting(
    cells.map((row) => row.join(" · ")),
    share,
    rowCost,
  );
  const names = columns.filter((name) => name !== "");
  return {
    kind: "rows",
    columns: names.length < 2 ? [] : names,
    rows: cells.slice(0, count),
    more: moreLine(table.rows.length - count),
  };
}

function aligned(row: readonly string[], widths: readonly number[]): string {
  return widths
    .map((width, index) => (row[index] ?? "") + " ".repeat(width - [...(row[index] ?? "")].length))
    .join("  ")
    .trimEnd();
}

/** How many of the lines fit into so many characters. */
function fitting(lines: readonly string[], share: number, cost: number): number {
  let length = 0;
  const over = lines.findIndex((line) => {
    length += line.length + cost;
    return length > share;
  });
  return over === -1 ? lines.length : over;
}
