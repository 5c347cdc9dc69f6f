import type { types } from "@slack/bolt";
import { bold, plain, preformatted, type RichElement, richText, section } from "./rich.ts";
import { cut, oneLine } from "./text.ts";

/** What a phone shows of monospaced text without wrapping it. */
const phoneWidth = 40;
/** JSON around one line of text, so that `share` bounds what is sent. */
const lineCost = 90;
const longestCell = 300;

interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Aligned columns where they fit a phone; else one line a row, its first cell in bold. */
export function tableBlocks(
  table: Table,
  share: number,
  mostRows = Number.POSITIVE_INFINITY,
): types.RichTextBlock[] {
  const columns = table.columns.map((name) => cut(oneLine(name), longestCell));
  // More than this cannot be shown, so it need not be looked at.
  const most = Math.min(mostRows, Math.ceil(share / 4));
  const rows = table.rows.slice(0, most).map((row) => row.map((cell) => cut(oneLine(cell), longestCell)));
  const all = columns.some((name) => name !== "") ? [columns, ...rows] : rows;
  const widths = columns.map((_, index) => Math.max(0, ...all.map((row) => [...(row[index] ?? "")].length)));
  const width = widths.reduce((sum, one) => sum + one + 2, -2);
  if (rows.length === 0) {
    return [];
  }
  return width <= phoneWidth
    ? aligned(all, widths, share, table.rows.length - rows.length)
    : lines(columns, rows, share, table.rows.length);
}

function aligned(
  all: readonly (readonly string[])[],
  widths: readonly number[],
  share: number,
  unseen: number,
): types.RichTextBlock[] {
  const drawn = all.map((row) =>
    widths
      .map((width, index) => (row[index] ?? "") + " ".repeat(width - [...(row[index] ?? "")].length))
      .join("  ")
      .trimEnd(),
  );
  const shown = fitting(drawn, share, 1);
  const missing = drawn.length - shown.length + unseen;
  return [richText(preformatted([...shown, ...moreLine(missing)].join("\n")))];
}

function lines(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  share: number,
  total: number,
): types.RichTextBlock[] {
  const shown = fitting(
    rows.map((row) => row.filter((cell) => cell !== "").join(" · ")),
    share,
    lineCost,
  ).length;
  const names = columns.filter((name) => name !== "");
  const elements: RichElement[] = [
    ...(names.length < 2 ? [] : [plain(`${names.join(" · ")}\n`)]),
    ...rows.slice(0, shown).flatMap((row) => {
      const [first = "", ...rest] = row.filter((cell) => cell !== "");
      return [bold(first === "" ? "–" : first), plain(`${rest.map((cell) => ` · ${cell}`).join("")}\n`)];
    }),
    ...moreLine(total - shown).map(plain),
  ];
  return [richText(section(...elements))];
}

function fitting(all: readonly string[], share: number, cost: number): readonly string[] {
  let length = 0;
  const over = all.findIndex((line) => {
    length += line.length + cost;
    return length > share;
  });
  return all.slice(0, over === -1 ? all.length : over);
}

export function moreLine(missing: number): string[] {
  return missing > 0 ? [`… ${missing} more, see the log`] : [];
}
