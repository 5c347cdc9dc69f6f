/** Colours and other attributes of letters (SGR): they say nothing, and half of all build logs have them. */
const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;:]*m`, "g");

/** Cheap: plain text is not looked at any further. */
const anySuspect = /[^\n\t\x20-\x7e\u00a1-\u00ac\u00ae-\u024f]/;

/**
 * What a reader does not see, or what moves what they see: control characters but line feed and tab, format characters
 * (bidirectional, zero-width, tags), separators of lines and paragraphs, and letters without a shape.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800](?<![\n\t])/gu;

/**
 * The uses of such characters that a reader does see: a joiner inside an emoji, the choice of an emoji's look, and
 * (non-)joiners between letters of the scripts that need them.
 */
const scripts = ["Arabic", "Devanagari", "Bengali", "Tamil", "Telugu", "Kannada", "Malayalam", "Sinhala"]
  .map((script) => `\\p{Script=${script}}`)
  .join("");
const joined = new RegExp(
  [
    "(?<=\\p{Extended_Pictographic}\\ufe0f?\\p{Emoji_Modifier}?)\\u200d(?=\\p{Extended_Pictographic})",
    "(?<=\\p{Extended_Pictographic})[\\ufe0e\\ufe0f]",
    "(?<=[\\d#*])[\\ufe0e\\ufe0f](?=\\u20e3)",
    // The joiner first, and a bound: looked at from behind at each place, a line of marks took minutes.
    `[\\u200c\\u200d](?<=[${scripts}]\\p{M}{0,8}[\\u200c\\u200d])(?=[${scripts}])`,
  ].join("|"),
  "gu",
);

/** So many marks that stack stay on one letter (those that take a place of their own pile up nowhere): the scripts that people write need no more, and a pile of them covers other lines. */
const mostMarks = 4;
const manyMarks = new RegExp(`[\\p{Mn}\\p{Me}]{${mostMarks + 1},}`, "gu");

/** Sequences for a terminal: they carry no letters of the text. */
const sequences = new RegExp(
  [
    "\\u001b\\[[0-?]*[ -/]*[@-~]",
    "\\u009b[0-?]*[ -/]*[@-~]",
    "\\u001b\\][^\\u0007\\u001b]{0,2000}(?:\\u0007|\\u001b\\\\)",
    "\\u001b[ -/]*[0-~]",
  ].join("|"),
  "gu",
);

/**
 * Text from outside as it is: nothing in it moves a cursor, turns a line around or hides. `\u202e` is shown as these six
 * characters. Line feeds and tabs stay; colours go; half of a pair of surrogates becomes U+FFFD;
 * of the marks on one letter the first few stay.
 */
export function visible(text: string): string {
  if (!anySuspect.test(text)) {
    return text;
  }
  const plain = text
    .toWellFormed()
    .replaceAll(colours, "")
    .replaceAll(/(?<!\r)\r+(?=\n|$)/g, "");
  const kept = new Set([...plain.matchAll(joined)].map(({ index }) => index));
  return plain
    .replaceAll(hidden, (character, at: number) => (kept.has(at) ? character : escaped(character)))
    .replaceAll(manyMarks, (marks) =>
      [...marks].map((mark, index) => (index < mostMarks ? mark : escaped(mark))).join(""),
    );
}

/** Text without sequences for a terminal, hidden characters and marks on letters: what a search for words goes by. */
export function withoutHidden(text: string): string {
  return anySuspect.test(text)
    ? text.replaceAll(sequences, "").replaceAll(hidden, "").replaceAll(/\p{M}/gu, "")
    : text;
}

function escaped(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  return point > 0xffff ? `\\u{${point.toString(16)}}` : `\\u${point.toString(16).padStart(4, "0")}`;
}
