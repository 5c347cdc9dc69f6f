import type { Block } from "../blocks.ts";

/** What one block became. Headings and buttons are the last to go. */
export interface Group<Part> {
  readonly isKept: boolean;
  readonly parts: readonly Part[];
}

export interface Fitting<Part> {
  /** About how many characters each block may take: as much as fits, tried from the generous end. */
  readonly shares: readonly number[];
  readonly draw: (block: Block, share: number) => Group<Part>;
  readonly isFitting: (parts: readonly Part[]) => boolean;
  /** Says how many blocks are missing. */
  readonly notice: (missing: number) => Part;
  /** Where a notice has to stand before: nobody reads on below the buttons. */
  readonly isButtons: (part: Part) => boolean;
}

const mostInput = 80;

/** Draws each block smaller and smaller until all fit; then leaves blocks out, and says so. */
export function fit<Part>(blocks: readonly Block[], fitting: Fitting<Part>): readonly Part[] {
  const { shares, draw } = fitting;
  const input =
    blocks.length > mostInput ? [...blocks.slice(0, mostInput - 20), ...blocks.slice(-20)] : blocks;
  const cut = blocks.length - input.length;
  for (const share of shares) {
    const parts = input.flatMap((block) => draw(block, share).parts);
    if (cut === 0 && fitting.isFitting(parts)) {
      return parts;
    }
  }
  const smallest = shares.at(-1) ?? 90;
  return leaveOut(
    input.map((block) => draw(block, smallest)),
    cut,
    fitting,
  );
}

function leaveOut<Part>(all: readonly Group<Part>[], cut: number, fitting: Fitting<Part>): readonly Part[] {
  let groups = all;
  const partsOf = () => groups.flatMap(({ parts }) => parts);
  while (groups.length > 0 && !fitting.isFitting(partsOf())) {
    const last = groups.findLastIndex(({ isKept }) => !isKept);
    groups = groups.toSpliced(last === -1 ? groups.length - 1 : last, 1);
  }
  const missing = all.length - groups.length + cut;
  const shown = partsOf();
  const at = shown.findIndex(fitting.isButtons);
  return missing === 0 ? shown : shown.toSpliced(at === -1 ? shown.length : at, 0, fitting.notice(missing));
}
