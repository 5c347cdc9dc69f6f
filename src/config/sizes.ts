import { z } from "zod";

const units: Readonly<Record<string, number>> = {
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** A size in people's words (`500MB`, `2GB`, `1GiB`), read as bytes. */
export function byteSize(least: number) {
  return z.string().transform((text, context) => {
    const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)\s?([kmgt]i?b)$/i.exec(text.trim()) ?? [];
    const value = Number(number) * (units[unit.toLowerCase()] ?? 0);
    if (number === "" || value < least) {
      context.addIssue({
        code: "custom",
        message: `${JSON.stringify(text)} is not a size of at least ${least / 1e6}MB, such as 500MB or 2GB`,
      });
      return z.NEVER;
    }
    return value;
  });
}
