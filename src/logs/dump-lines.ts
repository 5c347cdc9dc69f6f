/**
 * One line of a dump (xxd, hexdump, od, a list of numbers in code) as the bytes that it shows. A dump does not say how its
 * numbers are to be read, so each way that fits is tried: a wrong one gives bytes that are in no secret.
 */
export interface DumpLine {
  /** Where the bytes begin, behind a prefix of the log and the column of offsets. What follows may repeat them as text. */
  readonly start: number;
  readonly readings: ReadonlyMap<string, string>;
}

interface Token {
  readonly digits: string;
  readonly start: number;
  readonly end: number;
  /** An offset of xxd or gdb has a colon and a blank behind it. */
  readonly hasColon: boolean;
}

/** So many numbers in a row are a dump; more of those with up to three digits, as dates and times have five. */
const leastTokens = (length: number) => (length <= 3 ? 6 : 4);
const longestToken = 18;
const longestDump = 2_048;

const other = 0;
const digit = 1;
const separator = 2;
const kindOf = new Uint8Array(128);
for (const one of "0123456789abcdefABCDEFxX\\") {
  kindOf[one.charCodeAt(0)] = digit;
}
for (const one of " \t,:;-[](){}\"'") {
  kindOf[one.charCodeAt(0)] = separator;
}

/** Every line of every log goes past this: several short numbers in a row, several single characters, or an offset. */
export function mayBeDump(line: string, isContinued: boolean): boolean {
  let tokens = 0;
  let length = 0;
  let lastLength = 0;
  let isNumber = true;
  let hasOffset = false;
  const end = Math.min(line.length, longestDump);
  for (let at = 0; at <= end; at++) {
    const code = at < end ? line.charCodeAt(at) : 0x20;
    const kind = code < 128 ? kindOf[code] : other;
    if (kind !== separator) {
      length += 1;
      isNumber &&= kind === digit;
    } else if (length > 0) {
      const fits = isNumber ? length <= longestToken : length === 1;
      const isAlike = length === lastLength || (length <= 3 && lastLength <= 3);
      tokens = fits ? (isAlike ? tokens + 1 : 1) : 0;
      if (fits && (tokens >= leastTokens(length) || isContinued || hasOffset)) {
        return true;
      }
      hasOffset = fits && length >= 6 && (code === 0x3a || code === 0x20);
      lastLength = length;
      length = 0;
      isNumber = true;
    }
  }
  return false;
}

export function dumpLine(line: string, isContinued: boolean): DumpLine | null {
  return (anySingles.test(line) ? spacedCharacters(line) : null) ?? numbers(line, isContinued);
}

const anySingles = /[ \t]\S[ \t]|[ \t]\S$/;
/** `od -c`: one character a column, an escape of two or an octal number of three. */
const spaced =
  /(?:^|(?<=[ \t]))(?:\S|\\[0abfnrtv]|[0-7]{3})(?:[ \t]{1,4}(?:\S|\\[0abfnrtv]|[0-7]{3})(?=[ \t]|$))*/g;

function spacedCharacters(line: string): DumpLine | null {
  let longest = "";
  let start = 0;
  for (const match of line.slice(0, longestDump).matchAll(spaced)) {
    if (match[0].length > longest.length) {
      longest = match[0];
      start = match.index;
    }
  }
  const columns = longest.split(/[ \t]+/);
  const single = columns.filter((one) => one.length === 1).length;
  const hasOffset = /(?:^|[ \t])[0-9a-f]{6,16}[ \t]+$/.test(line.slice(0, start));
  if (longest === "" || single * 2 <= columns.length || !(hasOffset || single >= leastTokens(1))) {
    return null;
  }
  const characters = columns.map((one) =>
    /^[0-7]{3}$/.test(one)
      ? String.fromCharCode(Number.parseInt(one, 8) & 0xff)
      : one.length === 1
        ? one
        : "\n",
  );
  return { start, readings: new Map([["characters", characters.join("")]]) };
}

function numbers(line: string, isContinued: boolean): DumpLine | null {
  const tokens = [
    ...line
      .slice(0, longestDump)
      .matchAll(/(?<![^\s,:;\-[\](){}"'])(?:0x|\\?x)?([0-9a-f]{1,16})(?![^\s,:;\-[\](){}"'])/gi),
  ].map((match): Token => {
    const end = match.index + match[0].length;
    return {
      digits: (match[1] ?? "").toLowerCase(),
      start: match.index,
      end,
      hasColon: /^:\s/.test(line.slice(end, end + 2)),
    };
  });
  const runs = runsOf(line, tokens);
  const behindOffset = runs.find(({ before }) => before !== undefined && isOffset(before));
  const longest = runs.toSorted((a, b) => b.tokens.length - a.tokens.length)[0];
  const best = behindOffset ?? longest;
  if (
    best === undefined ||
    (behindOffset === undefined &&
      best.tokens.length < (isContinued ? 1 : leastTokens(best.tokens[0]?.digits.length ?? 0)))
  ) {
    return null;
  }
  const readings = readingsOf(best.tokens.map(({ digits }) => digits));
  return readings.size === 0 ? null : { start: best.tokens[0]?.start ?? 0, readings };
}

function isOffset({ digits, hasColon }: Token): boolean {
  return digits.length >= (hasColon ? 4 : 6);
}

interface Run {
  readonly tokens: readonly Token[];
  readonly before: Token | undefined;
}

/** Numbers of one width and one distance. The last of a dump may be shorter; those of up to three digits need no width. */
function runsOf(line: string, tokens: readonly Token[]): Run[] {
  const runs: Run[] = [];
  for (let first = 0; first < tokens.length; ) {
    const before = tokens[first - 1];
    const start = tokens[first]?.start;
    const isBeside = before !== undefined && /^[\s:]+$/.test(line.slice(before.end, start));
    const run = runAt(line, tokens, first, isBeside && before.hasColon);
    runs.push({ tokens: run, before: isBeside ? before : undefined });
    first += run.length;
  }
  return runs;
}

function runAt(line: string, tokens: readonly Token[], first: number, isBehindOffset: boolean): Token[] {
  const run = tokens.slice(first, first + 1);
  const width = run[0]?.digits.length ?? 0;
  let gap: string | null = null;
  for (const one of tokens.slice(first + 1)) {
    const last = run.at(-1);
    if (last === undefined || last.hasColon) {
      break;
    }
    const between = line.slice(last.end, one.start);
    gap ??= between;
    // An offset without a colon is followed by shorter numbers, too.
    const mayBeLast = isBehindOffset || run.length > 1 || width < 6;
    const isShort = width <= 3 && one.digits.length <= 3 && between.length <= 4;
    const isAlike =
      between === gap &&
      last.digits.length === width &&
      (one.digits.length === width || (one.digits.length < width && mayBeLast));
    if (!/^[\s,:;\-[\](){}"']+$/.test(between) || !(isShort || (width > 3 && isAlike))) {
      break;
    }
    run.push(one);
  }
  return run;
}

/** The ways in which numbers stand for bytes: what the number has to look like, its base, and how many bytes it holds. */
const ways: readonly (readonly [
  name: string,
  looks: RegExp,
  base: number,
  bytes: (digits: string) => number,
])[] = [
  ["hexadecimal", /^(?:[0-9a-f]{2})+$/, 16, (digits) => digits.length / 2],
  ["octal", /^[0-3][0-7]{2}$/, 8, () => 1],
  ["octal words", /^[01][0-7]{5}$/, 8, () => 2],
  ["decimal", /^[0-9]{1,3}$/, 10, () => 1],
  ["decimal words", /^[0-9]{5}$/, 10, () => 2],
  ["binary", /^[01]{8}$/, 2, () => 1],
];

function readingsOf(run: readonly string[]): Map<string, string> {
  const readings = new Map<string, string>();
  for (const [name, looks, base, size] of ways) {
    if (run.every((digits) => looks.test(digits))) {
      const words = run.map((digits) => bytesOf(digits, base, size(digits)));
      readings.set(name, words.join(""));
      if (words.some((word) => word.length > 1)) {
        readings.set(
          `${name}, last byte first`,
          words.map((word) => [...word].toReversed().join("")).join(""),
        );
      }
    }
  }
  return readings;
}

function bytesOf(digits: string, base: number, size: number): string {
  if (base === 16) {
    return Buffer.from(digits, "hex").toString("latin1");
  }
  const value = Number.parseInt(digits, base);
  return Array.from({ length: size }, (_, at) =>
    String.fromCharCode((value >> (8 * (size - 1 - at))) & 0xff),
  ).join("");
}
