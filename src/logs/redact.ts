import { mask } from "./mask.ts";
import { maskPrivateKeys, privateKeyLines } from "./private-keys.ts";
import { maskProviderTokens } from "./provider-rules.ts";
import { maskPatterns } from "./secret-patterns.ts";

/** The one step before every sink: chat, pages, logs, records, the audit. */
export interface Redactor {
  /** A text of one or more lines. */
  text(text: string): string;
  /** Every string of a record; the same record when there was nothing to mask. */
  value<T>(value: T): T;
  /** Lines that come one by one: it remembers a secret that began on an earlier line. Gives a line for each. */
  stream(): (line: string) => string;
}

/** What is shorter is no secret, and would mask half of every text. */
const shortest = 8;
/** Records are saved again and again with the same texts in them. */
const cached = 5_000;
const longestCached = 4_096;

/** Knows the bot's own secrets, and the forms of other people's. */
export function redactor(secrets: readonly (string | null)[]): Redactor {
  const known = knownForms(secrets);
  const cache = new Map<string, string>();

  function line(text: string): string {
    const masked = known?.test(text) === true ? text.replaceAll(new RegExp(known, "g"), mask) : text;
    return maskProviderTokens(maskPatterns(masked));
  }

  function text(whole: string): string {
    if (whole.length > longestCached) {
      return line(maskPrivateKeys(whole));
    }
    const before = cache.get(whole);
    if (before !== undefined) {
      return before;
    }
    const masked = line(maskPrivateKeys(whole));
    if (cache.size >= cached) {
      cache.clear();
    }
    cache.set(whole, masked);
    return masked;
  }

  function stream(): (line: string) => string {
    const keys = privateKeyLines();
    return (next) => line(keys(next));
  }

  return { text, value: (value) => maskLeaves(value, text), stream };
}

/** A field of such a name holds a secret, whatever it looks like. */
const secretNames =
  /^(?:authorization|proxy-authorization|(?:set-)?cookie|password|passwd|passphrase|token|secret|api[_-]?key)$/i;

function maskLeaves<T>(value: T, text: Redactor["text"]): T;
function maskLeaves(value: unknown, text: Redactor["text"]): unknown {
  if (typeof value === "string") {
    return text(value);
  }
  if (Array.isArray(value)) {
    // The lines of a log: a key may go over several of them.
    const next = privateKeyLines();
    const masked = value.map((one: unknown) =>
      typeof one === "string" ? text(next(one)) : maskLeaves(one, text),
    );
    return masked.some((one, index) => one !== value[index]) ? masked : value;
  }
  if (value === null || typeof value !== "object" || !isPlain(value)) {
    return value;
  }
  let isChanged = false;
  const entries = Object.entries(value).map(([key, one]: [string, unknown]) => {
    const masked =
      typeof one === "string" && one !== "" && secretNames.test(key) ? mask : maskLeaves(one, text);
    isChanged ||= masked !== one;
    return [key, masked] as const;
  });
  return isChanged ? Object.fromEntries(entries) : value;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** As they are, and as they stand in an address, in JSON and in a header; the lines of a key one by one. */
function knownForms(secrets: readonly (string | null)[]): RegExp | null {
  const lines = secrets
    .filter((secret) => secret !== null)
    .flatMap((secret) => secret.split(/\r?\n/))
    .map((line) => line.trim())
    .filter((line) => line.length >= shortest && !line.startsWith("-----"));
  const forms = lines.flatMap((line) => [
    line,
    encodeURIComponent(line.toWellFormed()),
    JSON.stringify(line).slice(1, -1),
    Buffer.from(line).toString("base64").replace(/=+$/, ""),
  ]);
  // The longest first, so that one that holds another is masked whole.
  const longestFirst = [...new Set(forms)].toSorted((a, b) => b.length - a.length);
  return longestFirst.length === 0
    ? null
    : new RegExp(longestFirst.map((form) => form.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|"));
}

/** A line of JSON, which stays JSON. */
export function redactJson(redact: Redactor, line: string): string {
  try {
    const value: unknown = JSON.parse(line);
    const masked = redact.value(value);
    return masked === value ? line : `${JSON.stringify(masked)}\n`;
  } catch {
    return redact.text(line);
  }
}
