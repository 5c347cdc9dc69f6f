import { crc32 } from "node:zlib";

/**
 * A file of records: JSON, with one record a line, so that one bad byte costs one record. The last field of each is a CRC over its
 * section, its key and its text. The first line and the last one say how many records each section has,
 * and the term of the bot that wrote it.
 *
 *   {"version":2,"head":{"term":7,"deployments":1,"runs":0,"crc":"…"},
 *   "deployments":{
 *   "d-1":{"id":"d-1",…,"crc":"…"}
 *   },
 *   "runs":{
 *   },
 *   "end":{"term":7,"deployments":1,"runs":0,"crc":"…"}}
 */
export type Sections = Readonly<Record<string, Readonly<Record<string, object>>>>;

export const recordFormat = 2;

/** The lines of records that have not changed, by the record itself, for records that are never changed in place. */
export type LineCache = WeakMap<object, string>;

export function encodeRecords(
  sections: Sections,
  cacheOf: (section: string) => LineCache | null,
  term = 0,
): string {
  const counts = { term, ...countsOf(sections) };
  const lines = [`{"version":${recordFormat},${lineOf("", "head", counts)},`];
  for (const [section, records] of Object.entries(sections)) {
    lines.push(`${JSON.stringify(section)}:{`);
    const entries = Object.entries(records);
    const cache = cacheOf(section);
    entries.forEach(([key, record], index) => {
      const known = cache?.get(record);
      const line = known ?? lineOf(section, key, record);
      if (known === undefined) {
        cache?.set(record, line);
      }
      lines.push(index === entries.length - 1 ? line : `${line},`);
    });
    lines.push("},");
  }
  lines.push(`${lineOf("", "end", counts)}}`);
  return `${lines.join("\n")}\n`;
}

function countsOf(sections: Sections): Record<string, number> {
  return Object.fromEntries(
    Object.entries(sections).map(([section, records]) => [section, Object.keys(records).length]),
  );
}

function lineOf(section: string, key: string, record: object): string {
  const [name, text] = [JSON.stringify(key), JSON.stringify(record)];
  const body = text === "{}" ? "{" : `${text.slice(0, -1)},`;
  return `${name}:${body}"crc":"${sumOf(section, name, body)}"}`;
}

/** The format goes into the sum: the lines of a newer one fit no older bot, however like they look. */
function sumOf(section: string, name: string, body: string): string {
  return crc32(`${recordFormat}\n${section}\n${name}\n${body}`).toString(16).padStart(8, "0");
}

export interface Decoded {
  readonly sections: Record<string, Record<string, unknown>>;
  /** How many records of each section are missing, where any are; null where nobody can say how many there were. */
  readonly missing: Readonly<Record<string, number>> | null;
  /** No line is anything else than what was written. */
  readonly isWhole: boolean;
}

const opening = `{"version":${recordFormat},`;

/** Null for a file of another kind. No record is taken whose CRC does not fit. */
export function decodeRecords(text: string, names: readonly string[]): Decoded | null {
  const sections: Record<string, Record<string, unknown>> = Object.fromEntries(
    names.map((name) => [name, {} as Record<string, unknown>]),
  );
  const all = ["", ...names];
  const counts: Record<string, unknown>[] = [];
  let section = "";
  let isAny = false;
  let isOdd = false;

  function take({ where, key, value }: Found): void {
    isAny = true;
    if (where === "") {
      counts.push(value);
    } else {
      // As an own field, whatever its name.
      Object.defineProperty(sections[where] ?? {}, key, {
        value,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
  }

  for (const whole of text.split("\n")) {
    const line = whole.startsWith(opening) ? whole.slice(opening.length) : whole;
    const header = /^"([a-z]+)":\{$/.exec(line)?.[1];
    if (header !== undefined && names.includes(header)) {
      section = header;
      continue;
    }
    const found = readLine(line, line.startsWith('"head":') || line.startsWith('"end":') ? [""] : [section]);
    if (found !== null) {
      take(found);
    } else if (line !== "" && line !== "},") {
      isOdd = true;
      for (const piece of piecesOf(line)) {
        const rescued = rescue(piece, all);
        if (rescued !== null) {
          take(rescued);
        }
      }
    }
  }
  if (!isAny) {
    return null;
  }
  const [expected] = counts;
  return {
    sections,
    missing: expected === undefined ? null : missingOf(sections, expected),
    isWhole: !isOdd && counts.length === 2,
  };
}

function missingOf(
  sections: Decoded["sections"],
  expected: Readonly<Record<string, unknown>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(sections).flatMap(([name, records]) => {
      const count = expected[name];
      const lost = (typeof count === "number" ? count : 0) - Object.keys(records).length;
      return lost > 0 ? [[name, lost]] : [];
    }),
  );
}

interface Found {
  readonly where: string;
  readonly key: string;
  readonly value: Record<string, unknown>;
}

const sumField = '"crc":"';
const sumLength = `${sumField}01234567"}`.length;
const keyPattern = /^("(?:[^"\\]|\\.)*"):(?=\{)/;

/** A line in one of these sections; null where its CRC fits none. */
function readLine(line: string, sections: readonly string[]): Found | null {
  const at = line.lastIndexOf(sumField);
  const name = at < 0 ? undefined : keyPattern.exec(line)?.[1];
  if (name === undefined || line.slice(at + sumField.length + 8, at + sumLength) !== '"}') {
    return null;
  }
  const sum = line.slice(at + sumField.length, at + sumField.length + 8);
  const body = line.slice(name.length + 1, at);
  const where = sections.find((section) => sumOf(section, name, body) === sum);
  if (where === undefined) {
    return null;
  }
  try {
    const key: unknown = JSON.parse(name);
    const value = JSON.parse(`${body.replace(/,$/, "")}}`) as Record<string, unknown>;
    return typeof key === "string" ? { where, key, value } : null;
  } catch {
    return null;
  }
}

/** A line end that was damaged has joined two lines. */
function piecesOf(line: string): string[] {
  return line.includes(sumField) ? line.split(/(?<="crc":"[0-9a-f]{8}"\})/) : [];
}

/** How many places of a line are tried as its beginning. */
const mostStarts = 1_000;

/** A record behind what does not belong to it, or whose section's heading was damaged. */
function rescue(piece: string, sections: readonly string[]): Found | null {
  let tries = 0;
  for (let at = piece.indexOf('"'); at >= 0 && tries < mostStarts; at = piece.indexOf('"', at + 1)) {
    const rest = piece.slice(at);
    if (keyPattern.test(rest)) {
      tries += 1;
      const found = readLine(rest, sections);
      if (found !== null) {
        return found;
      }
    }
  }
  return null;
}
