import type { Span } from "./form-spans.ts";

/** So many letters and digits in a row, whatever stands between them and in whichever case, are taken for a secret. */
const leastLetters = 12;
/** Zeros, lines and the like are in other texts, too. */
const leastDifferent = 5;
/** The letters that one step of the quick look knows. */
const gramLength = 8;
/** Any part of `leastLetters` letters holds a gram at a place divisible by this, fewer letters than this before its end. */
const gramStep = leastLetters - gramLength + 1;
const hashBits = 18;

const nothing: readonly Span[] = [];

/** ASCII letters and digits in one case; zero for all that carries nothing. */
const folded = new Uint8Array(128);
for (const one of "0123456789abcdefghijklmnopqrstuvwxyz") {
  folded[one.charCodeAt(0)] = one.charCodeAt(0);
  folded[one.toUpperCase().charCodeAt(0)] = one.charCodeAt(0);
}

/**
 * Finds forms of secrets by their letters and digits alone: quotes, backslashes, plus signs, blanks and line ends between
 * them, and the case, are not looked at. Lines come one by one; a part that began on an earlier line is seen where it
 * reaches `leastLetters`.
 */
export function reducedForms(
  forms: readonly string[],
  /** Texts whose parts are no secrets, although forms hold them: public keys. */
  harmless: readonly string[] = [],
): () => (line: string) => readonly Span[] {
  const plain = harmless.map(reduced);
  const grams = gramsOf([...new Set(forms.map(reduced))].filter((form) => form.length >= leastLetters));
  if (grams.places.size === 0) {
    return () => () => nothing;
  }
  return () => {
    /** The last letters, of as many lines as it takes; never more than a search looks back for. */
    let recent = "";
    let hash = 0;
    /** Letters since the end of the last gram. */
    let sinceGram = leastLetters;
    return (line) => {
      const start = bodyStart(line);
      let letters = 0;
      let isNear = sinceGram < gramStep;
      for (let at = start; at < line.length; at++) {
        const code = line.charCodeAt(at);
        const letter = code < 128 ? (folded[code] ?? 0) : 0;
        if (letter !== 0) {
          hash = ((hash << 4) + letter) | 0;
          letters += 1;
          sinceGram += 1;
          if (grams.table[placeOf(hash)] === 1 && grams.hashes.has(hash)) {
            sinceGram = 0;
            isNear = true;
          }
        }
      }
      const before = recent;
      if (letters > 0) {
        recent = (before + lastLetters(line, start)).slice(1 - leastLetters);
      }
      return isNear ? spansOfParts(before, line, start, grams.places, plain) : nothing;
    };
  };
}

/** Behind the name of a build. */
function bodyStart(line: string): number {
  const end = line.indexOf("> ");
  return end > 0 && end <= 200 && /^[\w.+-]+$/.test(line.slice(0, end)) ? end + 2 : 0;
}

/** Where a gram stands in the forms. */
type Places = ReadonlyMap<string, readonly { readonly form: string; readonly at: number }[]>;

function spansOfParts(
  before: string,
  line: string,
  start: number,
  places: Places,
  harmless: readonly string[],
): Span[] {
  const tail = lettersOf(before, 0)
    .map(({ letter }) => letter)
    .slice(-(leastLetters - 1));
  const own = lettersOf(line, start);
  const joined = tail.join("") + own.map(({ letter }) => letter).join("");
  const spans: Span[] = [];
  for (let at = 0; at + gramLength <= joined.length; at++) {
    const parts = (places.get(joined.slice(at, at + gramLength)) ?? []).map((place) =>
      partAt(joined, at, place),
    );
    const isSecret = (one: Part) => isEnough(one) && !harmless.some((text) => text.includes(one.letters));
    const part = parts.filter(isSecret).toSorted((a, b) => b.length - a.length)[0];
    if (part !== undefined) {
      const first = own[Math.max(0, at - part.before - tail.length)];
      const last = own[at - part.before + part.length - 1 - tail.length];
      if (first !== undefined && last !== undefined) {
        spans.push({ start: first.at, end: last.at + 1 });
      }
      at += Math.max(0, part.length - part.before - gramLength);
    }
  }
  return spans;
}

function lastLetters(text: string, start: number): string {
  let found = "";
  for (let at = text.length - 1; at >= start && found.length < leastLetters - 1; at--) {
    const letter = folded[text.charCodeAt(at)] ?? 0;
    if (letter !== 0) {
      found = String.fromCharCode(letter) + found;
    }
  }
  return found;
}

interface Part {
  readonly letters: string;
  readonly length: number;
  /** How many of its letters stand before the gram that it was found by. */
  readonly before: number;
}

/** The longest part of a form around a gram. */
function partAt(joined: string, at: number, { form, at: inForm }: { form: string; at: number }): Part {
  let before = 0;
  while (before < Math.min(at, inForm) && joined[at - before - 1] === form[inForm - before - 1]) {
    before += 1;
  }
  let after = gramLength;
  while (inForm + after < form.length && joined[at + after] === form[inForm + after]) {
    after += 1;
  }
  return { letters: joined.slice(at - before, at + after), length: before + after, before };
}

function isEnough({ letters, length }: Part): boolean {
  return length >= leastLetters && new Set(letters).size >= leastDifferent;
}

function lettersOf(text: string, start: number): { readonly letter: string; readonly at: number }[] {
  const letters: { letter: string; at: number }[] = [];
  for (let at = start; at < text.length; at++) {
    const letter = folded[text.charCodeAt(at)] ?? 0;
    if (letter !== 0) {
      letters.push({ letter: String.fromCharCode(letter), at });
    }
  }
  return letters;
}

function gramsOf(forms: readonly string[]): {
  readonly table: Uint8Array;
  readonly hashes: ReadonlySet<number>;
  readonly places: Places;
} {
  const places = new Map<string, { form: string; at: number }[]>();
  for (const form of forms) {
    for (let at = 0; at + gramLength <= form.length; at += gramStep) {
      const gram = form.slice(at, at + gramLength);
      places.set(gram, [...(places.get(gram) ?? []), { form, at }]);
    }
  }
  const hashes = new Set([...places.keys()].map(hashOf));
  const table = new Uint8Array(1 << hashBits);
  for (const hash of hashes) {
    table[placeOf(hash)] = 1;
  }
  return { table, hashes, places };
}

function hashOf(gram: string): number {
  let hash = 0;
  for (let at = 0; at < gram.length; at++) {
    hash = ((hash << 4) + gram.charCodeAt(at)) | 0;
  }
  return hash;
}

/** What is hashed before the last eight letters has left the 32 bits. */
function placeOf(hash: number): number {
  return Math.imul(hash, 0x9e3779b1) >>> (32 - hashBits);
}

function reduced(form: string): string {
  return lettersOf(form, 0)
    .map(({ letter }) => letter)
    .join("");
}
