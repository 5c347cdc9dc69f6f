import { type Block, text } from "../chat/blocks.ts";

/** So many at most: a disk that loses one file often loses more. */
const most = 5;

/** What could not be read at the start, before what is shown of the rest. */
export function noticeBlocks(notices: readonly string[]): readonly Block[] {
  const more = notices.length - most;
  return [
    ...notices.slice(0, most).map((notice) => text(notice, "warning")),
    ...(more > 0 ? [text(`${more} more are in the bot's log.`, "warning")] : []),
  ];
}
