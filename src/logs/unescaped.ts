import { withoutHidden } from "../text/visible.ts";

/** Escapes may stand in escapes: an address in an address, a string in a string. */
const mostRounds = 3;
/** Cheap: most lines hold none. Hidden characters are shown as escapes before; marks on letters, and joiners, are not. */
const anyEscape = /\\(?:[^\w\s]|[uxe0-3])|%[0-9a-f]{2}|&[#a-z]|"'"|\^\[/i;
const anyForeign = /[^\t\x20-\u024f]/;
const marks = /[\p{M}\u200c\u200d]/u;

const none: readonly string[] = [];
const takenBack = /[^\b][\b]/g;

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
};

/**
 * What stands for one character: escapes of JSON and programs, of C and shells in octal, of addresses, of HTML, and a quote
 * within a shell's quotes. `^[` is what `cat -v` makes of an escape.
 */
const escapes =
  /\\u\{([0-9a-f]{1,6})\}|\\u([0-9a-f]{4})|\\U([0-9a-f]{8})|\\x([0-9a-f]{2})|%([0-9a-f]{2})|&#x([0-9a-f]{1,6});|\\([0-3][0-7]{2})|&#([0-9]{1,7});|&(amp|lt|gt|quot|apos|nbsp);|('\\''|'"'"')|(\\e|\^\[)(?=[[\]])|\\([^\w\s])/gi;

/**
 * A line as its reader would have it after the usual escapes are read and hidden characters are away: one text, or two where
 * a backspace may have taken a character back. Empty where that is the line itself.
 */
export function unescaped(line: string): readonly string[] {
  let plain = line;
  for (let round = 0; round < mostRounds && anyEscape.test(plain); round++) {
    plain = plain.replaceAll(escapes, decoded);
  }
  if (plain === line && !(anyForeign.test(line) && marks.test(line))) {
    return none;
  }
  const both = plain.includes("\b") ? [plain.replaceAll(takenBack, ""), plain] : [plain];
  return [...new Set(both.map(withoutHidden))].filter((one) => one !== line);
}

function decoded(whole: string, ...groups: readonly (string | undefined)[]): string {
  const hexadecimal = groups.slice(0, 6).find((one) => one !== undefined);
  const [octal, decimal, entity, quote, terminal, other] = groups.slice(6);
  if (entity !== undefined) {
    return entities[entity.toLowerCase()] ?? whole;
  }
  if (quote !== undefined) {
    return "'";
  }
  if (terminal !== undefined) {
    return "\u001b";
  }
  if (other !== undefined) {
    return other;
  }
  const point = Number.parseInt(hexadecimal ?? octal ?? decimal ?? "", hexadecimal ? 16 : octal ? 8 : 10);
  // The number of lines stays.
  return point === 10 || point === 9 ? " " : point <= 0x10ffff ? String.fromCodePoint(point) : whole;
}
