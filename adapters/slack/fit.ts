import type { types } from "@slack/bolt";
import type { Block } from "../../src/chat/blocks.ts";
import { fit, type Group } from "../../src/chat/platform/fit.ts";
import { limits, messageSize } from "./limits.ts";

const shares = [9_000, 6_000, 3_000, 1_500, 750, 375, 180, 90];

/** One place is left for a mention, one for the notice. */
const mostBlocks = limits.messageBlocks - 2;

/** As much of the blocks as Slack takes in one message. */
export function fitMessage(
  blocks: readonly Block[],
  draw: (block: Block, share: number) => Group<types.KnownBlock>,
): types.KnownBlock[] {
  const fitted = fit<types.KnownBlock>(blocks, {
    shares,
    draw,
    isFitting: (parts) => parts.length <= mostBlocks && JSON.stringify(parts).length <= messageSize - 300,
    notice: (missing) => ({
      type: "context",
      elements: [{ type: "plain_text", text: `… ${missing} more, see the log`, emoji: false }],
    }),
    isButtons: ({ type }) => type === "actions",
  });
  return [...fitted];
}
