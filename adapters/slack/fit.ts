import type { types } from "@slack/bolt";
import type { Block } from "../../src/chat/blocks.ts";
import { limits, messageSize } from "./limits.ts";

/** What one block became. Headings and buttons are the last to go. */
export interface Group {
  readonly isKept: boolean;
  readonly blocks: readonly types.KnownBlock[];
}

/** How much each block may take: as much as fits, tried from the generous end. */
const shares = [9_000, 6_000, 3_000, 1_500, 750, 375, 180, 90];

/** One place is left for a mention, one for the notice. */
const mostBlocks = limits.messageBlocks - 2;
const mostInput = 80;

/** Draws each block smaller and smaller until all fit; then leaves blocks out, and says so. */
export function fit(
  blocks: readonly Block[],
  draw: (block: Block, share: number) => Group,
): types.KnownBlock[] {
  const input =
    blocks.length > mostInput ? [...blocks.slice(0, mostInput - 20), ...blocks.slice(-20)] : blocks;
  const cut = blocks.length - input.length;
  for (const share of shares) {
    const groups = input.map((block) => draw(block, share));
    if (cut === 0 && isFitting(groups)) {
      return groups.flatMap((group) => group.blocks);
    }
  }
  return leaveOut(
    input.map((block) => draw(block, shares.at(-1) ?? 90)),
    cut,
  );
}

function leaveOut(all: readonly Group[], cut: number): types.KnownBlock[] {
  let groups = all;
  while (groups.length > 0 && !isFitting(groups)) {
    const last = groups.findLastIndex(({ isKept }) => !isKept);
    groups = groups.toSpliced(last === -1 ? groups.length - 1 : last, 1);
  }
  const missing = all.length - groups.length + cut;
  const notice: types.KnownBlock = {
    type: "context",
    elements: [{ type: "plain_text", text: `… ${missing} more, see the log`, emoji: false }],
  };
  const shown = groups.flatMap((group) => group.blocks);
  const at = shown.findIndex(({ type }) => type === "actions");
  return missing === 0 ? shown : shown.toSpliced(at === -1 ? shown.length : at, 0, notice);
}

function isFitting(groups: readonly Group[]): boolean {
  const blocks = groups.flatMap((group) => group.blocks);
  return blocks.length <= mostBlocks && JSON.stringify(blocks).length <= messageSize - 300;
}
