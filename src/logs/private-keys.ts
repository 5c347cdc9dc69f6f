import { mask } from "./mask.ts";

const begin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;
const end = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;
const whole =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]{0,20000}?-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const rest = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----.*/;
/** A line of a key behind what the first line had before it, such as the name of a package. */
const line =
  /^(?:[A-Za-z0-9+/]{1,128}={0,2}|(?:Proc-Type|DEK-Info|Version|Comment): .{0,200})["',\\\s]{0,8}$/;
/** A line of a key behind anything else. */
const lastWord =
  /(^|[^A-Za-z0-9+/-])(?=[a-z0-9+/]{0,60}[A-Z])[A-Za-z0-9+][A-Za-z0-9+/]{59,128}={0,2}(["',\\\s]{0,8})$/;

/** No key has more lines; a mention of one must not hide the rest of a log. */
const maxLines = 400;

/** Masks private keys inside one text, also one whose end is not there any more. */
export function maskPrivateKeys(text: string): string {
  if (!text.includes("-----BEGIN ")) {
    return text;
  }
  const masked = text.replaceAll(whole, mask);
  return begin.test(masked) ? masked.split("\n").map(privateKeyLines()).join("\n") : masked;
}

/** Masks private keys whose lines come one by one, also with the lines of others between them. */
export function privateKeyLines(): (line: string) => string {
  let left = 0;
  let prefix = "";
  return (text) => {
    if (left > 0 && text.includes("-----BEGIN ")) {
      left = 0;
    }
    if (left > 0) {
      left -= 1;
      const last = end.exec(text);
      if (last !== null) {
        left = 0;
        return `${mask}${text.slice(last.index + last[0].length)}`;
      }
      return text.startsWith(prefix) && line.test(text.slice(prefix.length))
        ? `${prefix}${mask}`
        : text.replace(lastWord, `$1${mask}$2`);
    }
    if (!text.includes("-----BEGIN ")) {
      return text;
    }
    const masked = text.replaceAll(whole, mask);
    const first = begin.exec(masked);
    if (first === null) {
      return masked;
    }
    left = maxLines;
    prefix = masked.slice(0, first.index);
    return masked.replace(rest, mask);
  };
}
