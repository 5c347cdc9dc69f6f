import { type Block, text } from "../chat/blocks.ts";
import type { Trouble } from "../troubles/troubles.ts";

/** So many at most: a disk that fails brings several. */
const most = 5;

/** What is wrong with the bot itself, before what is shown of the rest. */
export function troubleBlocks(troubles: readonly Trouble[]): readonly Block[] {
  const more = troubles.length - most;
  return [
    ...troubles.slice(0, most).map((trouble) => text(troubleLine(trouble), "warning")),
    ...(more > 0 ? [text(`${more} more are in /healthz and in the bot's log.`, "warning")] : []),
  ];
}

/** Those of the records, for what shows records. */
export function recordTroubles(troubles: readonly Trouble[]): readonly Trouble[] {
  return troubles.filter(({ part }) => part === "records" || part === "locks");
}

/** Its words and since when, as every surface shows them. */
export function troubleLine({ words, since }: Pick<Trouble, "words" | "since">): string {
  return `${words} (since ${since.slice(0, 16).replace("T", " ")} UTC)`;
}
