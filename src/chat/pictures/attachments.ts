import type { Block } from "../blocks.ts";
import type { PlatformLog } from "../platform/parts.ts";
import { pngOf } from "./png.ts";

export interface Attachment {
  readonly name: string;
  readonly alt: string;
  readonly content: Uint8Array;
}

/** As many as one answer may carry. */
const most = 4;

/** The pictures among blocks as files; without one that could not be drawn, whose words stand in the message anyway. */
export function attachmentsOf(blocks: readonly Block[], log: Pick<PlatformLog, "warn">): Attachment[] {
  return blocks
    .flatMap((block) => (block.kind === "picture" ? [block] : []))
    .slice(0, most)
    .flatMap(({ svg, alt }, index) => {
      try {
        return [{ name: `picture-${index + 1}.png`, alt, content: pngOf(svg) }];
      } catch (error) {
        log.warn({ err: error }, "drawing a picture");
        return [];
      }
    });
}
