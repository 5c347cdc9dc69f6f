/** A part of a text: from `start` up to, and without, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const headLength = 5;

/**
 * Finds where any of the forms stands, the longest at each place. An own search and no regular expression: with a few long
 * secrets in all their forms V8 refuses it as too large, and only when it is first used.
 */
export function spansOf(forms: readonly string[]): (text: string) => Span[] {
  const byHead = new Map<string, string[]>();
  for (const form of forms.toSorted((a, b) => b.length - a.length)) {
    const head = form.slice(0, headLength);
    byHead.set(head, [...(byHead.get(head) ?? []), form]);
  }
  return (text) => {
    const found: Span[] = [];
    for (let place = 0; place + headLength <= text.length; place++) {
      const form = byHead
        .get(text.slice(place, place + headLength))
        ?.find((one) => text.startsWith(one, place));
      if (form !== undefined) {
        found.push({ start: place, end: place + form.length });
        place += form.length - 1;
      }
    }
    return found;
  };
}

/** Puts the mask for each span, one mask where they overlap. The number of lines stays. */
export function maskSpans(text: string, spans: readonly Span[], mask: string): string {
  let masked = "";
  let done = 0;
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    if (start >= done) {
      masked += text.slice(done, start) + mask;
    }
    masked += "\n".repeat(text.slice(Math.max(start, done), Math.max(end, done)).split("\n").length - 1);
    done = Math.max(done, end);
  }
  return masked + text.slice(done);
}
