import { mask } from "./mask.ts";

/** So many letters in a row may be base64 or hexadecimal. */
const shortestRun = 24;
/** Runs of letters as they stand in an address. */
const escapedRuns = /(?:%[0-9A-Fa-f]{2}|[A-Za-z0-9._~+*-]){12,8192}/g;
const hexadecimal = /^(?:[0-9a-f]{2}){12,}$/i;
const readable = /^[\t\n\r\x20-\x7e]{12,}$/;

/** Masks what holds a secret once it is decoded, by the rules that find plain ones. Hashes decode to nothing readable. */
export function maskCoded(text: string, maskPlain: (text: string) => string): string {
  if (text.length < shortestRun) {
    return text;
  }
  const maskRun = (run: string) => (decodings(run).some((plain) => maskPlain(plain) !== plain) ? mask : run);
  const masked = replaceRuns(text, maskRun);
  return masked.includes("%") ? masked.replaceAll(escapedRuns, maskRun) : masked;
}

/**
 * Every line of every log goes past this. A run covers a place divisible by its least length, so only those are looked at
 * first.
 */
function replaceRuns(text: string, replaced: (run: string) => string): string {
  let result = "";
  let copied = 0;
  for (let at = shortestRun - 1; at < text.length; at += shortestRun) {
    if (!isRunLetter(text, at)) {
      continue;
    }
    let start = at;
    while (start > copied && isRunLetter(text, start - 1)) {
      start -= 1;
    }
    let end = at + 1;
    while (end < text.length && isRunLetter(text, end)) {
      end += 1;
    }
    if (end - start >= shortestRun && mayDecode(text, start)) {
      const run = text.slice(start, end);
      const masked = replaced(run);
      if (masked !== run) {
        result += text.slice(copied, start) + masked;
        copied = end + (/^={0,2}/.exec(text.slice(end, end + 2))?.[0].length ?? 0);
      }
    }
    at = end - 1;
  }
  return result + text.slice(copied);
}

function isRunLetter(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code < 128 && isDigit[code] === 1;
}

function decodings(run: string): string[] {
  if (run.includes("%")) {
    return [unescapeBytes(run)].filter((plain) => readable.test(plain));
  }
  if (hexadecimal.test(run)) {
    return [Buffer.from(run, "hex").toString("latin1")].filter((plain) => readable.test(plain));
  }
  return [0, 1, 2, 3]
    .map((skip) => Buffer.from(run.slice(skip), "base64").toString("latin1"))
    .filter((plain) => readable.test(plain));
}

function unescapeBytes(run: string): string {
  return run.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, pair: string) =>
    String.fromCharCode(Number.parseInt(pair, 16)),
  );
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const digitOf = new Uint8Array(128);
const isDigit = new Uint8Array(128);
for (let value = 0; value < 64; value++) {
  digitOf[digits.charCodeAt(value)] = value;
}
digitOf["-".charCodeAt(0)] = 62;
digitOf["_".charCodeAt(0)] = 63;
for (const digit of `${digits}-_`) {
  isDigit[digit.charCodeAt(0)] = 1;
}

/** Whether what a run begins with is readable once it is decoded: nearly every long word of a log is a hash or a path. */
function mayDecode(text: string, start: number): boolean {
  return (
    isReadableBase64(text, start) ||
    isReadableBase64(text, start + 1) ||
    isReadableBase64(text, start + 2) ||
    isReadableBase64(text, start + 3) ||
    /^(?:[2-7][0-9a-f]|0[9ad]){8}/i.test(text.slice(start, start + 16))
  );
}

/** Looks at nine bytes. */
function isReadableBase64(text: string, start: number): boolean {
  for (let at = start; at < start + 12; at += 4) {
    const group =
      (digit(text, at) << 18) |
      (digit(text, at + 1) << 12) |
      (digit(text, at + 2) << 6) |
      digit(text, at + 3);
    if (!isLetter(group >> 16) || !isLetter((group >> 8) & 0xff) || !isLetter(group & 0xff)) {
      return false;
    }
  }
  return true;
}

function digit(run: string, at: number): number {
  return at < run.length ? (digitOf[run.charCodeAt(at)] ?? 0) : 0;
}

function isLetter(byte: number): boolean {
  return (byte >= 0x20 && byte <= 0x7e) || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
