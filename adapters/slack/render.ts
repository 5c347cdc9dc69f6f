import type { types } from "@slack/bolt";
import type { Block } from "../../src/chat/blocks.ts";
import type { OutMessage } from "../../src/chat/channel.ts";
import type { Group } from "../../src/chat/platform/fit.ts";
import { toneSign } from "../../src/chat/platform/parts.ts";
import { cut, middleCut, moreLine, oneLine, plainUrl } from "../../src/chat/platform/text.ts";
import { actionBlocks, plainText } from "./buttons.ts";
import { fitMessage } from "./fit.ts";
import { fallbackText, limits } from "./limits.ts";
import { bold, bullets, bulletsOf, link, plain, preformatted, richText, section } from "./rich.ts";
import { planBlock, stepLines } from "./steps.ts";
import { tableBlocks } from "./table.ts";
import { escapeLong, escapeTo } from "./text.ts";

export interface RenderOptions {
  /** Whether the workspace takes `plan` blocks. */
  readonly plan: boolean;
}

export interface Rendered {
  readonly text: string;
  readonly blocks: types.KnownBlock[];
}

export function renderMessage(
  message: Pick<OutMessage, "text" | "blocks" | "mention">,
  options: RenderOptions,
): Rendered {
  const mention =
    message.mention !== null && /^[UW][A-Z0-9]{1,30}$/.test(message.mention) ? `<@${message.mention}>` : "";
  const text = escapeTo(message.text, fallbackText - 50);
  const blocks = renderBlocks(message.blocks, options);
  return {
    text: [mention, text === "" ? "…" : text].filter((part) => part !== "").join(" "),
    // With blocks, only a mention in a block notifies.
    blocks:
      mention === "" || blocks.length === 0
        ? blocks
        : [{ type: "context", elements: [{ type: "mrkdwn", text: mention }] }, ...blocks],
  };
}

/** Any blocks at all, within every limit of Slack's. */
export function renderBlocks(blocks: readonly Block[], options: RenderOptions): types.KnownBlock[] {
  const about = blocks.find((block) => block.kind === "heading")?.text ?? "";
  const mostRows = blocks.some((block) => block.kind === "buttons")
    ? rowsAboveButtons
    : Number.POSITIVE_INFINITY;
  const context = { ...options, about, mostRows };
  return fitMessage(blocks, (block, share): Group<types.KnownBlock> => {
    const isKept = block.kind === "heading" || block.kind === "buttons";
    return { isKept, parts: renderBlock(block, share, context) };
  });
}

interface Context extends RenderOptions {
  /** The first heading, for the dialog of a dangerous button. */
  readonly about: string;
  readonly mostRows: number;
}

/** On a phone, whoever is asked has to find the buttons. */
const rowsAboveButtons = 20;

/** `share`: about how many characters this block may take. */
function renderBlock(block: Block, share: number, { plan, about, mostRows }: Context): types.KnownBlock[] {
  switch (block.kind) {
    case "heading":
      return oneLine(block.text) === ""
        ? []
        : [
            {
              type: "header",
              text: plainText(toneSign[block.tone] + oneLine(block.text), limits.headerText, "…"),
            },
          ];
    case "text":
    case "decision":
      return textBlocks(toneSign[block.tone] + block.text, share);
    case "picture":
      // An answer that everybody sees has the picture itself beneath it: see answers.ts.
      return textBlocks(block.alt, share);
    case "fields":
      return fieldLines(block.fields, share);
    case "steps":
      return plan ? planBlock(block.steps) : stepLines(block.steps);
    case "table":
      return tableBlocks(block, share, mostRows);
    case "list":
      return listBlocks(block, share);
    case "links":
      return linkBlocks(block, share);
    case "code": {
      const text = middleCut(block.text, share);
      return text.trim() === "" ? [] : [richText(...title(block.title), preformatted(text))];
    }
    case "buttons":
      return actionBlocks(
        block.buttons,
        about,
        Math.min(limits.actionElements, Math.max(5, Math.floor(share / 100))),
      );
  }
}

function textBlocks(value: string, share: number): types.KnownBlock[] {
  const text = escapeLong(value, Math.min(share, limits.sectionText));
  return text === "" ? [] : [{ type: "section", text: { type: "plain_text", text, emoji: false } }];
}

/** JSON around one line with a link. */
const linkCost = 150;

function linkBlocks({ title: name, items }: Extract<Block, { kind: "links" }>, share: number) {
  const rows: ReturnType<typeof link>[] = [];
  let length = 0;
  for (const item of items) {
    const text = cut(oneLine(item.text), 200) || "–";
    length += text.length + linkCost;
    if (length > share) {
      break;
    }
    const url = plainUrl(item.url);
    rows.push(url === null ? plain(text) : link(url, text));
  }
  const more = moreLine(items.length - rows.length).map(plain);
  return items.length === 0 ? [] : [richText(...title(name), bulletsOf([...rows, ...more]))];
}

function title(text: string) {
  const name = cut(oneLine(text), 200);
  return name === "" ? [] : [section(bold(name))];
}

const mostFields = 30;

function fieldLines(
  fields: readonly { readonly name: string; readonly value: string }[],
  share: number,
): types.KnownBlock[] {
  const longest = Math.min(500, Math.ceil(share / 5));
  const elements = fields
    .slice(0, mostFields)
    .flatMap(({ name, value }) => [
      bold(cut(oneLine(name), 80) || "–"),
      plain(`  ${cut(oneLine(value), longest)}\n`),
    ]);
  const more = moreLine(fields.length - mostFields).map(plain);
  return elements.length === 0 ? [] : [richText(section(...elements, ...more))];
}

/** JSON around one item of a list. */
const itemCost = 90;
const shortItem = 40;

function listBlocks(list: Extract<Block, { kind: "list" }>, share: number): types.KnownBlock[] {
  const room = list.folded ? Math.min(share, 300) : share;
  const name = cut(oneLine(list.title), 200) || "List";
  const items: string[] = [];
  let length = 0;
  for (const item of list.items) {
    const shown = cut(oneLine(item), 300);
    length += shown.length + (list.folded ? 2 : itemCost);
    if (length > room) {
      break;
    }
    items.push(shown || "–");
  }
  const more = moreLine(list.items.length - items.length);
  if (list.items.length === 0) {
    return [];
  }
  const heading = bold(`${name} (${list.items.length})`);
  return list.folded || items.every((item) => item.length <= shortItem)
    ? [richText(section(heading, plain(`  ${[...items, ...more].join(", ")}`)))]
    : [richText(section(heading), bullets([...items, ...more]))];
}
