import { visible } from "../text/visible.ts";
import { maskCoded } from "./coded-secrets.ts";
import { type KnownSecrets, knownSecrets } from "./known-secrets.ts";
import { mask } from "./mask.ts";
import { maskPrivateKeys, privateKeyLines } from "./private-keys.ts";
import { maskProviderTokens } from "./provider-rules.ts";
import { maskPatterns } from "./secret-patterns.ts";
import { unescaped } from "./unescaped.ts";

/**
 * The one step before every sink: chat, pages, logs, records, the audit. It masks secrets, and shows hidden characters
 * as what they are.
 */
export interface Redactor {
  /** A text of one or more lines. */
  text(text: string): string;
  /** Every string of a record; the same record when there was nothing to mask. */
  value<T>(value: T): T;
  /** Lines that come one by one: it remembers a secret that began on an earlier line. Gives a line for each. */
  stream(): (line: string) => string;
  /** Knows one more secret of the bot's own from now on, and gives it back; of many, the latest. */
  learn(secret: string): string;
}

/** Records are saved again and again with the same texts in them. */
const cached = 5_000;
const longestCached = 4_096;
/** A word for a supervisor counts for one deployment, so those of the latest are enough: three each, and some 20 switch at a time. */
const mostLearned = 60;

/** Knows the bot's own secrets, and the forms of other people's. */
export function redactor(secrets: readonly (string | null)[]): Redactor {
  const known = knownSecrets(secrets);
  const cache = new Map<string, string>();
  const learned = new Set<string>();
  let words: KnownSecrets | null = null;

  function learn(secret: string): string {
    if (!learned.has(secret)) {
      learned.add(secret);
      for (const old of [...learned].slice(0, -mostLearned)) {
        learned.delete(old);
      }
      words = null;
      cache.clear();
    }
    return secret;
  }

  /** Made when it is needed, as several are learned at once, and all their forms take a moment. */
  function learnedWords(): KnownSecrets {
    words ??= knownSecrets([...learned]);
    return words;
  }

  function whole(text: string): string {
    return maskForms(learnedWords().text(known.text(maskPrivateKeys(visible(text)))));
  }

  function text(one: string): string {
    if (one.length > longestCached) {
      return whole(one);
    }
    const before = cache.get(one);
    if (before !== undefined) {
      return before;
    }
    const masked = whole(one);
    if (cache.size >= cached) {
      cache.clear();
    }
    cache.set(one, masked);
    return masked;
  }

  function stream(): (line: string) => string {
    const keys = privateKeyLines();
    const next = known.stream();
    let heard = learnedWords();
    let nextWord = heard.stream();
    return (line) => {
      // A log is open before the words of its own switch are learned.
      if (heard !== learnedWords()) {
        heard = learnedWords();
        nextWord = heard.stream();
      }
      // A message of several lines is read as such lines are: Nix repeats the end of a log in one.
      return line
        .split("\n")
        .map((one) => maskForms(nextWord(next(keys(visible(one))))))
        .join("\n");
    };
  }

  return { text, value: (value) => maskLeaves(value, { text, stream }), stream, learn };
}

/** Other people's secrets, by their forms, plain and encoded, also where hidden characters stand in them. */
function maskForms(text: string): string {
  const masked = maskCoded(maskPlain(text), maskPlain);
  if (!shownHidden.test(masked)) {
    return masked;
  }
  const lines = masked.split("\n").map((line) => {
    const plain = unescaped(line)[0] ?? line;
    const found = maskPlain(plain);
    return found === plain ? line : found;
  });
  return lines.join("\n");
}

/** What `visible` makes of hidden characters. */
const shownHidden = /\\u(?:[0-9a-f]{4}|\{)/;

function maskPlain(text: string): string {
  return maskProviderTokens(maskPatterns(text));
}

/** A field of such a name holds a secret, whatever it looks like. */
const secretNames =
  /^(?:authorization|proxy-authorization|(?:set-)?cookie|password|passwd|passphrase|token|secret|api[_-]?key)$/i;

type Masks = Pick<Redactor, "text" | "stream">;

function maskLeaves<T>(value: T, masks: Masks): T;
function maskLeaves(value: unknown, masks: Masks): unknown {
  if (typeof value === "string") {
    return masks.text(value);
  }
  if (Array.isArray(value)) {
    // The lines of a log: a secret may go over several of them.
    const next = masks.stream();
    const masked = value.map((one: unknown) =>
      typeof one === "string" ? masks.text(next(one)) : maskLeaves(one, masks),
    );
    return masked.some((one, index) => one !== value[index]) ? masked : value;
  }
  if (value === null || typeof value !== "object" || !isPlain(value)) {
    return value;
  }
  let isChanged = false;
  const entries = Object.entries(value).map(([key, one]: [string, unknown]) => {
    const masked =
      typeof one === "string" && one !== "" && secretNames.test(key) ? mask : maskLeaves(one, masks);
    isChanged ||= masked !== one;
    return [key, masked] as const;
  });
  return isChanged ? Object.fromEntries(entries) : value;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
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
