export interface ExcerptLine {
  /** In the file, from 1 on. */
  readonly number: number;
  readonly text: string;
  /** False for the lines around a hit. */
  readonly isHit: boolean;
}

export interface Excerpts {
  /** The last ranges, in their order; ranges that touch are one. */
  readonly ranges: readonly (readonly ExcerptLine[])[];
  /** In the whole log. */
  readonly hits: number;
  /** Hits that `ranges` leave out, as there were too many. */
  readonly left: number;
}

export interface ExcerptOptions {
  /** Lines before and after a hit. */
  readonly around: number;
  /** At most about so many lines; the later ones count more. */
  readonly most: number;
}

/** Finds lines in a log of any size, with what stands around them. Holds only what it gives. */
export async function excerptsOf(
  lines: AsyncIterable<string> | Iterable<string>,
  isWanted: (line: string) => boolean,
  { around, most }: ExcerptOptions,
): Promise<Excerpts> {
  const ranges: ExcerptLine[][] = [];
  let before: ExcerptLine[] = [];
  let after = 0;
  let number = 0;
  let held = 0;
  let hits = 0;
  let left = 0;
  for await (const text of lines) {
    number += 1;
    const isHit = isWanted(text);
    const line = { number, text, isHit };
    const range = ranges.at(-1);
    if (isHit) {
      hits += 1;
      const isNear = range !== undefined && (before[0]?.number ?? number) <= (range.at(-1)?.number ?? 0) + 1;
      const added = [...before, line];
      held += added.length;
      if (isNear) {
        range.push(...added);
      } else {
        ranges.push(added);
      }
      before = [];
      after = around;
    } else if (after > 0 && range !== undefined) {
      after -= 1;
      held += 1;
      range.push(line);
    } else {
      before = around === 0 ? [] : [...before, line].slice(-around);
    }
    // One range may be longer than all that is wanted: its beginning goes.
    while (held > most) {
      const [first] = ranges;
      const gone = first?.shift();
      held -= 1;
      left += gone?.isHit === true ? 1 : 0;
      if (first?.length === 0) {
        ranges.shift();
      }
    }
  }
  return { ranges: ranges.filter((range) => range.some((line) => line.isHit)), hits, left };
}

/** As `grep -n` with context shows it: `:` after the number of a hit, `-` after the others. */
export function excerptText({ ranges }: Excerpts): string {
  const width = String(ranges.at(-1)?.at(-1)?.number ?? 0).length;
  return ranges
    .map((range) =>
      range
        .map(({ number, text, isHit }) => `${String(number).padStart(width)}${isHit ? ":" : "-"} ${text}`)
        .join("\n"),
    )
    .join("\n--\n");
}
