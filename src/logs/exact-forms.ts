import { type Span, spansOf } from "./form-spans.ts";
import { shortestSecret } from "./secret-forms.ts";

/** So much of a secret at the end of a line is taken for its beginning, as the rest may come with the next line. */
const leastBeginning = 6;
/** What may stand where a secret goes on with the next line: a backslash before, a build's name and blanks after. */
const wraps = /\\?[ \t]{0,200}\r?\n(?:[\w.+-]{1,200}> )?[ \t]{0,200}/g;
/** The same, and every blank: for a secret with blanks of its own, which may stand where its line ends. */
const wrapsAndBlanks = /\\?[ \t]{0,200}\r?\n(?:[\w.+-]{1,200}> )?|[ \t]/g;

const nothing: readonly Span[] = [];

/** Finds forms letter by letter, also where a line ends inside one. */
export interface ExactForms {
  /** In a text of one or more lines. */
  spans(text: string): readonly Span[];
  /** In lines that come one by one. */
  stream(): (line: string) => readonly Span[];
}

export function exactForms(forms: readonly string[]): ExactForms {
  const find = spansOf(forms);
  const withBlanks = forms.filter((form) => /[ \t]/.test(form)).map((form) => form.replaceAll(/[ \t]/g, ""));
  const blankSpans = spansOf(withBlanks.filter((form) => form.length >= shortestSecret));
  const isNear = grams(forms);
  const endings = new Set(forms.flatMap((form) => everyPart(form, leastBeginning)));

  function spans(one: string): readonly Span[] {
    if (!one.includes("\n")) {
      return isNear.anywhere(one) ? find(one) : nothing;
    }
    return [...spansIn(one, wraps, find), ...spansIn(one, wrapsAndBlanks, blankSpans)];
  }

  function mayBegin(line: string): boolean {
    const end = endOf(line);
    return isNear.at(line, end - 5) && endings.has(line.slice(Math.max(0, end - leastBeginning), end));
  }

  function stream(): (line: string) => readonly Span[] {
    /** What the next line would begin with, if it goes on with a secret. */
    let awaited: readonly string[] = [];
    return (line) => {
      if (awaited.length === 0 && !isNear.anywhere(line) && !mayBegin(line)) {
        return nothing;
      }
      const head = /^(?:[\w.+-]{1,200}> )?[ \t]*/.exec(line)?.[0].length ?? 0;
      const continued = continuation(awaited, line.slice(head));
      const rest = head + continued.length;
      const found = spans(line.slice(rest)).map(({ start, end }) => ({
        start: rest + start,
        end: rest + end,
      }));
      const whole = Math.max(rest, ...found.map(({ end }) => end));
      const begun = continued.isWhole ? null : beginning(forms, endings, line, whole);
      awaited = continued.isWhole ? continued.awaited : (begun?.awaited ?? []);
      return [
        ...(continued.length > 0 ? [{ start: head, end: rest }] : []),
        ...found,
        ...(begun === null ? [] : [begun.span]),
      ];
    };
  }

  return { spans, stream };
}

interface Continuation {
  /** How many characters of the line belong to the secret. */
  readonly length: number;
  /** The line is nothing but a part of it, so that it may go on once more. */
  readonly isWhole: boolean;
  readonly awaited: readonly string[];
}

function continuation(awaited: readonly string[], body: string): Continuation {
  const ending = awaited.find((rest) => body.startsWith(rest));
  if (ending !== undefined) {
    return { length: ending.length, isWhole: false, awaited: [] };
  }
  const part = body.slice(0, endOf(body));
  const longer = part === "" ? [] : awaited.filter((rest) => rest.startsWith(part));
  return longer.length === 0
    ? { length: 0, isWhole: false, awaited: [] }
    : { length: part.length, isWhole: true, awaited: longer.map((rest) => rest.slice(part.length)) };
}

/** A secret that begins behind `from`, at the end of a line, and is not whole there. */
function beginning(
  forms: readonly string[],
  endings: ReadonlySet<string>,
  line: string,
  from: number,
): { readonly span: Span; readonly awaited: readonly string[] } | null {
  const end = endOf(line);
  const text = line.slice(from, end);
  if (!endings.has(text.slice(-leastBeginning))) {
    return null;
  }
  const found = forms
    .map((form) => ({ form, length: overlap(text, form) }))
    .filter(({ length }) => length >= leastBeginning);
  const longest = Math.max(0, ...found.map(({ length }) => length));
  return longest === 0
    ? null
    : {
        span: { start: end - longest, end },
        awaited: found.map(({ form, length }) => form.slice(length)),
      };
}

/** Where a line ends without the blanks and the backslash that break it. */
function endOf(line: string): number {
  const last = line.charCodeAt(line.length - 1);
  if (last > 0x20 && last < 0x7f && last !== 0x5c) {
    return line.length;
  }
  const end = line.trimEnd().length;
  return line[end - 1] === "\\" ? end - 1 : end;
}

/** How long the longest beginning of `form`, less than all of it, is with which `text` ends. */
function overlap(text: string, form: string): number {
  for (let length = Math.min(form.length - 1, text.length); length >= leastBeginning; length--) {
    if (text.endsWith(form.slice(0, length))) {
      return length;
    }
  }
  return 0;
}

function everyPart(form: string, length: number): string[] {
  return Array.from({ length: Math.max(0, form.length - length) }, (_, at) => form.slice(at, at + length));
}

/** Looks past what `left` matches, and tells where in the text it was found. */
function spansIn(text: string, left: RegExp, find: (text: string) => readonly Span[]): Span[] {
  const kept: { readonly from: number; readonly at: number }[] = [];
  let joined = "";
  let from = 0;
  for (const match of text.matchAll(left)) {
    kept.push({ from, at: joined.length });
    joined += text.slice(from, match.index);
    from = match.index + match[0].length;
  }
  kept.push({ from, at: joined.length });
  joined += text.slice(from);
  const origin = (place: number): number => {
    const piece = kept.findLast(({ at }) => at <= place);
    return piece === undefined ? place : piece.from + place - piece.at;
  };
  return find(joined).map(({ start, end }) => ({ start: origin(start), end: origin(end - 1) + 1 }));
}

/** Bits of the table below: small enough for a processor's cache. */
const hashBits = 18;

/** Every line of every log goes past this: false where no form can stand in it. A run of 8 holds 5 from a place divisible by 4. */
function grams(forms: readonly string[]): {
  anywhere(text: string): boolean;
  at(text: string, at: number): boolean;
} {
  const exact = new Set(forms.flatMap((form) => everyPart(`${form} `, 5)));
  const seen = new Uint8Array(1 << hashBits);
  for (const gram of exact) {
    seen[hashOf(gram, 0)] = 1;
  }
  const at = (text: string, place: number) => place >= 0 && seen[hashOf(text, place)] === 1;
  return {
    at,
    anywhere(text) {
      for (let place = 0; place + 5 <= text.length; place += 4) {
        if (at(text, place) && exact.has(text.slice(place, place + 5))) {
          return true;
        }
      }
      return false;
    },
  };
}

function hashOf(text: string, at: number): number {
  const low = (text.charCodeAt(at) << 14) ^ (text.charCodeAt(at + 1) << 7) ^ text.charCodeAt(at + 2);
  const high = (text.charCodeAt(at + 3) << 7) ^ text.charCodeAt(at + 4);
  return (Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)) >>> (32 - hashBits);
}
