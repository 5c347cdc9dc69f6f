import type { types } from "@slack/bolt";
import { type TableBlock, tableText } from "../../src/chat/platform/table-text.ts";
import { bold, plain, preformatted, type RichElement, richText, section } from "./rich.ts";

/** JSON around one line of text, so that `share` bounds what is sent. */
const rowCost = 90;

/** Aligned columns where they fit a phone; else one line a row, its first cell in bold. */
export function tableBlocks(
  table: TableBlock,
  share: number,
  mostRows = Number.POSITIVE_INFINITY,
): types.RichTextBlock[] {
  if (table.rows.length === 0) {
    return [];
  }
  const drawn = tableText(table, { share, rowCost, mostRows });
  if (drawn.kind === "aligned") {
    return [richText(preformatted(drawn.lines.join("\n")))];
  }
  const { columns, rows, more } = drawn;
  const elements: RichElement[] = [
    ...(columns.length === 0 ? [] : [plain(`${columns.join(" · ")}\n`)]),
    ...rows.flatMap(([first = "–", ...rest]) => [
      bold(first),
      plain(`${rest.map((cell) => ` · ${cell}`).join("")}\n`),
    ]),
    ...more.map(plain),
  ];
  return [richText(section(...elements))];
}
