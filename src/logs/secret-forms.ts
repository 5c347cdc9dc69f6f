import { visible } from "../text/visible.ts";

/** What is shorter is no secret, and would mask half of every text. */
export const shortestSecret = 8;
/** The fixed part of an encoded secret has to be as long as this to be looked for. */
const shortestCoded = 10;

/**
 * Every way in which a line of a secret may stand in a text: as it is, in JSON, in an address, in hexadecimal, and in base64
 * at each of the three alignments, whose first and last characters also depend on what stands beside it. Longest first.
 */
export function secretForms(lines: readonly string[]): string[] {
  return [...new Set(lines.flatMap(formsOf))].toSorted((a, b) => b.length - a.length);
}

/** The forms that are found by their letters and digits alone: plain, backwards, and in base64, also of UTF-16 and of base64. */
export function lettersForms(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const base64 = everyAlignment(Buffer.from(line));
    return [
      line,
      [...line].toReversed().join(""),
      ...base64,
      ...everyAlignment(Buffer.from(line, "utf16le")),
      ...base64.flatMap((form) => everyAlignment(Buffer.from(form))),
    ];
  });
}

/** Each line of a secret by itself, such as those of a key. */
export function secretLines(secrets: readonly (string | null)[]): string[] {
  return secrets
    .filter((secret) => secret !== null)
    .flatMap((secret) => secret.split(/\r?\n/))
    .map((line) => line.trim())
    .filter((line) => line.length >= shortestSecret && !line.startsWith("-----"));
}

function formsOf(line: string): string[] {
  const inAddress = encodeURIComponent(line.toWellFormed());
  const hex = Buffer.from(line).toString("hex");
  const pairs = hex.match(/../g) ?? [];
  const everyByte = pairs.map((pair) => `%${pair}`).join("");
  const base64 = everyAlignment(Buffer.from(line));
  return [
    line,
    visible(line),
    JSON.stringify(line).slice(1, -1),
    ...bothCases(inAddress, /%[0-9A-F]{2}/g),
    inAddress.replaceAll("%20", "+"),
    ...bothCases(everyByte, /[\s\S]+/g),
    ...bothCases(hex, /[\s\S]+/g),
    ...[" ", ":", "\\x", "0x"].flatMap((between) => [
      pairs.join(between),
      pairs.join(between).toUpperCase().replaceAll("X", "x"),
    ]),
    ...base64.flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]),
  ];
}

function bothCases(form: string, coded: RegExp): string[] {
  return [
    form.replaceAll(coded, (one) => one.toLowerCase()),
    form.replaceAll(coded, (one) => one.toUpperCase()),
  ];
}

function everyAlignment(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((shift) => alignedBase64(bytes, shift));
}

/** The characters that depend on the secret alone when `shift` bytes of something else stand in its first group of three. */
function alignedBase64(secret: Buffer, shift: number): string[] {
  const bytes = Buffer.concat([Buffer.alloc(shift), secret]);
  const whole = bytes.toString("base64").replace(/=+$/, "");
  const start = Math.ceil((shift * 8) / 6);
  const fixed = whole.slice(start, Math.floor((bytes.length * 8) / 6));
  return fixed.length < shortestCoded ? [] : [fixed];
}
