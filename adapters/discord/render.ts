import {
  type APIComponentInContainer,
  type APIMessageTopLevelComponent,
  ComponentType,
  MessageFlags,
} from "discord.js";
import type { Block, Tone } from "../../src/chat/blocks.ts";
import { fit, type Group } from "../../src/chat/platform/fit.ts";
import { toneSign } from "../../src/chat/platform/parts.ts";
import { stepLine } from "../../src/chat/platform/step-words.ts";
import { type TableBlock, tableText } from "../../src/chat/platform/table-text.ts";
import { cut, middleCut, moreLine, oneLine, plainUrl } from "../../src/chat/platform/text.ts";
import { buttonRows, distinctButtons, spentRows } from "./buttons.ts";
import { limits } from "./limits.ts";
import { bold, codeBlock, escapeLong, escapeText } from "./markdown.ts";

/** What becomes of blocks: Discord's components (version 2), which show headings, text and buttons in one frame. */
export interface Rendered {
  readonly flags: number;
  readonly components: APIMessageTopLevelComponent[];
  readonly allowed_mentions: { readonly parse: []; readonly users: string[] };
  readonly attachments?: readonly { readonly id: string; readonly filename: string }[];
}

/** Components, and nobody is pinged. */
export const quiet = {
  flags: MessageFlags.IsComponentsV2,
  allowed_mentions: { parse: [], users: [] },
} satisfies Omit<Rendered, "components">;

/** The bar at the left of a message. */
const colour: Readonly<Record<Tone, number>> = {
  neutral: 0x80848e,
  info: 0x5865f2,
  good: 0x23a55a,
  warning: 0xf0b232,
  bad: 0xf23f43,
};

export interface Message {
  readonly text: string;
  readonly blocks: readonly Block[];
  /** The person to mention, by id; null for nobody. */
  readonly mention: string | null;
  /** Number of the frame, by which the message can be found again; 1 to 2147483647. */
  readonly marker?: number;
}

/** Any message, within every limit of Discord's. Nobody is pinged but the one to mention. */
export function renderMessage({ text, blocks, mention, marker }: Message): Rendered {
  const pinged = mention !== null && /^\d{1,20}$/.test(mention) ? mention : null;
  const parts = distinctButtons(renderBlocks(blocks));
  const shown = parts.length > 0 ? parts : textPart(escapeText(text, 1_000) || "…");
  const first = blocks.find((block) => block.kind === "heading" || block.kind === "text");
  return {
    ...quiet,
    components: [
      ...(pinged === null ? [] : textPart(`<@${pinged}>`)),
      {
        type: ComponentType.Container,
        ...(marker === undefined ? {} : { id: marker }),
        accent_color: colour[first?.tone ?? "neutral"],
        components: [...shown],
      },
    ],
    allowed_mentions: { parse: [], users: pinged === null ? [] : [pinged] },
  };
}

/** Left for a mention, the frame itself and the notice. */
const sparedText = 150;
const sparedComponents = 4;
const shares = [3_500, 2_400, 1_600, 1_000, 600, 350, 180, 80];

function renderBlocks(blocks: readonly Block[]): readonly APIComponentInContainer[] {
  const asks = blocks.some((block) => block.kind === "buttons");
  const mostRows = asks ? rowsAboveButtons : Number.POSITIVE_INFINITY;
  return fit<APIComponentInContainer>(blocks, {
    shares,
    draw: (block, share): Group<APIComponentInContainer> => ({
      isKept: block.kind === "heading" || block.kind === "buttons",
      parts: renderBlock(block, share, mostRows),
    }),
    isFitting: (parts) =>
      textLength(parts) <= limits.messageText - sparedText &&
      count(parts) <= limits.components - sparedComponents,
    notice: (missing) => ({ type: ComponentType.TextDisplay, content: `-# … ${missing} more, see the log` }),
    isButtons: ({ type }) => type === ComponentType.ActionRow,
  });
}

/** On a phone, whoever is asked has to find the buttons. */
const rowsAboveButtons = 20;
const mostFields = 30;
const mostSteps = 15;

/** `share`: about how many characters this block may take. */
function renderBlock(block: Block, share: number, mostRows: number): APIComponentInContainer[] {
  switch (block.kind) {
    case "heading":
      return textPart(heading(block.text, block.tone));
    case "text":
      return textPart(escapeLong(toneSign[block.tone] + block.text, share));
    case "fields":
      return textPart(fieldLines(block.fields, share).join("\n"));
    case "steps":
      return textPart(lines(block.steps.slice(0, mostSteps).map(stepLine), share, block.steps.length));
    case "table":
      return textPart(tableMarkdown(block, share, mostRows));
    case "list":
      return textPart(listMarkdown(block, share));
    case "picture":
      // An answer has the picture itself beneath it: see wording.ts.
      return textPart(escapeLong(block.alt, share));
    case "links":
      return textPart(linkMarkdown(block, share));
    case "code": {
      const text = middleCut(block.text, share);
      const title = oneLine(block.title) === "" ? "" : `${bold(escapeText(oneLine(block.title), 200))}\n`;
      return text.trim() === "" ? [] : textPart(title + codeBlock(text));
    }
    case "buttons":
      return buttonRows(block.buttons, Math.min(25, Math.max(5, Math.floor(share / 100))));
    case "decision":
      return [...textPart(escapeLong(toneSign[block.tone] + block.text, share)), ...spentRows(block.labels)];
  }
}

function textPart(content: string): APIComponentInContainer[] & APIMessageTopLevelComponent[] {
  return content.trim() === "" ? [] : [{ type: ComponentType.TextDisplay, content }];
}

const longestHeading = 200;

function heading(text: string, tone: Tone): string {
  const line = oneLine(text);
  return line === "" ? "" : `### ${toneSign[tone]}${escapeText(line, longestHeading)}`;
}

function fieldLines(
  fields: readonly { readonly name: string; readonly value: string }[],
  share: number,
): string[] {
  const longest = Math.min(500, Math.ceil(share / 5));
  return [
    ...fields
      .slice(0, mostFields)
      .map(
        ({ name, value }) => `${bold(escapeText(oneLine(name), 80))}  ${escapeText(oneLine(value), longest)}`,
      ),
    ...moreLine(fields.length - mostFields),
  ];
}

function lines(all: readonly string[], share: number, total: number): string {
  const longest = Math.max(40, Math.floor(share / Math.max(1, all.length)));
  return [...all.map((line) => escapeText(line, longest)), ...moreLine(total - all.length)].join("\n");
}

/** A row that stands alone has two stars around its first cell, and dots between the others. */
const rowCost = 8;

function tableMarkdown(table: TableBlock, share: number, mostRows: number): string {
  if (table.rows.length === 0) {
    return "";
  }
  const drawn = tableText(table, { share, rowCost, mostRows });
  if (drawn.kind === "aligned") {
    return codeBlock(drawn.lines.join("\n"));
  }
  const row = ([first = "–", ...rest]: readonly string[]) =>
    [bold(escapeText(first, 300)), ...rest.map((cell) => escapeText(cell, 300))].join(" · ");
  return [
    ...(drawn.columns.length === 0
      ? []
      : [`-# ${drawn.columns.map((name) => escapeText(name, 100)).join(" · ")}`]),
    ...drawn.rows.map(row),
    ...drawn.more,
  ].join("\n");
}

const shortItem = 40;

function listMarkdown(list: Extract<Block, { kind: "list" }>, share: number): string {
  if (list.items.length === 0) {
    return "";
  }
  const room = list.folded ? Math.min(share, 300) : share;
  const items: string[] = [];
  let length = 0;
  for (const item of list.items) {
    const shown = escapeText(cut(oneLine(item), 300), 300);
    length += shown.length + 3;
    if (length > room) {
      break;
    }
    items.push(shown || "–");
  }
  const title = bold(`${escapeText(oneLine(list.title), 200) || "List"} (${list.items.length})`);
  const all = [...items, ...moreLine(list.items.length - items.length)];
  return list.folded || items.every((item) => item.length <= shortItem)
    ? `${title}  ${all.join(", ")}`
    : [title, ...all.map((item) => `- ${item}`)].join("\n");
}

function linkMarkdown({ title, items }: Extract<Block, { kind: "links" }>, share: number): string {
  const rows: string[] = [];
  let length = 0;
  for (const item of items) {
    const text = escapeText(oneLine(item.text), 200) || "–";
    const url = plainUrl(item.url);
    const row = url === null ? `- ${text}` : `- [${text}](<${url}>)`;
    length += row.length + 1;
    if (length > share) {
      break;
    }
    rows.push(row);
  }
  return items.length === 0
    ? ""
    : [
        bold(escapeText(oneLine(title), 200) || "Links"),
        ...rows,
        ...moreLine(items.length - rows.length),
      ].join("\n");
}

function textLength(parts: readonly APIComponentInContainer[]): number {
  return parts.reduce(
    (sum, part) => sum + (part.type === ComponentType.TextDisplay ? part.content.length : 0),
    0,
  );
}

function count(parts: readonly APIComponentInContainer[]): number {
  return parts.reduce(
    (sum, part) => sum + 1 + (part.type === ComponentType.ActionRow ? part.components.length : 0),
    0,
  );
}
