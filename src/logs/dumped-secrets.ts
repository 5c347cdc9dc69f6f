import { dumpLine, mayBeDump } from "./dump-lines.ts";
import type { Span } from "./form-spans.ts";

/** So many bytes of a secret in a row are taken for it, on one line of a dump or over the end of one. */
const leastBytes = 6;
/** Zeros and the like are in every dump. */
const leastDifferent = 4;

/** Finds secrets in dumps, whose lines come one by one. All of a line's bytes go, and the text beside them. */
export function dumpedSecrets(secrets: readonly string[]): () => (line: string) => Span | null {
  const parts = new Set(secrets.flatMap(partsOf));
  return () => {
    const tails = new Map<string, string>();
    let isContinued = false;
    return (line) => {
      if (!mayBeDump(line, isContinued)) {
        isContinued = false;
        return null;
      }
      const dump = dumpLine(line, isContinued);
      isContinued = false;
      if (dump === null) {
        return null;
      }
      let isFound = false;
      for (const [name, bytes] of dump.readings) {
        // UTF-16 has a zero beside each letter.
        const joined = (tails.get(name) ?? "") + bytes.replaceAll("\0", "");
        isFound ||= holdsPart(joined, parts);
        tails.set(name, joined.slice(-(leastBytes - 1)));
      }
      // The last line of a dump may be short.
      isContinued = isFound;
      return isFound ? { start: dump.start, end: line.length } : null;
    };
  };
}

function holdsPart(bytes: string, parts: ReadonlySet<string>): boolean {
  for (let at = 0; at + leastBytes <= bytes.length; at++) {
    if (parts.has(bytes.slice(at, at + leastBytes))) {
      return true;
    }
  }
  return false;
}

function partsOf(secret: string): string[] {
  const bytes = Buffer.from(secret).toString("latin1");
  // `od -c` shows a blank as nothing.
  return [...new Set([bytes, bytes.replaceAll(" ", "")])]
    .flatMap((one) =>
      Array.from({ length: Math.max(0, one.length - leastBytes + 1) }, (_, at) =>
        one.slice(at, at + leastBytes),
      ),
    )
    .filter((part) => new Set(part).size >= leastDifferent);
}
