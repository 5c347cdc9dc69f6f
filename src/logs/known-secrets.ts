import { dumpedSecrets } from "./dumped-secrets.ts";
import { exactForms } from "./exact-forms.ts";
import { maskSpans, type Span } from "./form-spans.ts";
import { mask } from "./mask.ts";
import { publicHalf } from "./public-half.ts";
import { reducedForms } from "./reduced-text.ts";
import { lettersForms, secretForms, secretLines } from "./secret-forms.ts";
import { unescaped } from "./unescaped.ts";

/** Masks secrets that are known, in each of their forms, also where a line ends inside one. */
export interface KnownSecrets {
  /** A text of one or more lines. */
  text(text: string): string;
  /** Lines that come one by one. */
  stream(): (line: string) => string;
}

const nothing: readonly Span[] = [];

export function knownSecrets(secrets: readonly (string | null)[]): KnownSecrets {
  const lines = secretLines(secrets);
  if (lines.length === 0) {
    return { text: (text) => text, stream: () => (line) => line };
  }
  const exact = exactForms(secretForms(lines));
  const reduced = reducedForms(
    lettersForms(lines),
    secrets.flatMap((secret) => (secret === null ? [] : (publicHalf(secret) ?? []))),
  );
  const dumped = dumpedSecrets(lines);

  /** What else a line holds beside exact forms. Each way of reading lines remembers those before. */
  function reader(next: (line: string) => readonly Span[]): (line: string) => string {
    const [letters, bytes] = [reduced(), dumped()];
    const spansIn = (line: string): readonly Span[] => {
      const found = [next(line), letters(line)];
      const dump = bytes(line);
      return dump === null && found.every(({ length }) => length === 0)
        ? nothing
        : [...found.flat(), ...(dump === null ? [] : [dump])];
    };
    /** For where a line can be read in a second way. */
    let second: ((line: string) => string) | null = null;
    return (line) => {
      const [first, other] = unescaped(line);
      const spans = spansIn(first ?? line);
      if (spans.length > 0) {
        return maskSpans(first ?? line, spans, mask);
      }
      if (first === undefined) {
        return line;
      }
      const direct = exact.spans(line);
      if (direct.length > 0) {
        return maskSpans(line, direct, mask);
      }
      if (other !== undefined) {
        second ??= reader(exact.spans);
        const masked = second(other);
        return masked === other ? line : masked;
      }
      return line;
    };
  }

  function text(one: string): string {
    const found = exact.spans(one);
    const masked = found.length === 0 ? one : maskSpans(one, found, mask);
    const read = reader(exact.spans);
    if (!masked.includes("\n")) {
      return read(masked);
    }
    // Over the end of a line, and back from there.
    const letters = reduced()(masked);
    const over = letters.length === 0 ? null : maskSpans(masked, letters, mask).split("\n");
    const lines = masked.split("\n").map((line, index) => {
      const own = read(line);
      return own === line ? (over?.[index] ?? line) : own;
    });
    return lines.join("\n");
  }

  return { text, stream: () => reader(exact.stream()) };
}
