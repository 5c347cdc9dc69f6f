import { rules } from "@secretlint/secretlint-rule-preset-recommend";
import { mask } from "./mask.ts";

/** Not for logs: one reads files, one obeys comments in the text, and keys have several lines (private-keys.ts). */
const leftOut: ReadonlySet<string> = new Set([
  "@secretlint/secretlint-rule-gcp",
  "@secretlint/secretlint-rule-filter-comments",
  "@secretlint/secretlint-rule-privatekey",
]);

type Range = readonly [start: number, end: number];
let found: Range[] = [];

const context = {
  createTranslator: () => (message: string) => ({ message, messageId: message }),
  report: ({ range }: { readonly range: Range }) => void found.push(range),
  ignore: () => {},
};
type Create = (given: typeof context, options: object) => { file?(source: object): unknown };

const scanners = rules
  .filter(({ meta }) => !leftOut.has(meta.id))
  .map((rule) => (rule.create as unknown as Create)(context, {}));

/** The names of the rules in use. */
export const providerRules: readonly string[] = rules
  .map(({ meta }) => meta.id)
  .filter((id) => !leftOut.has(id));

/**
 * How the tokens begin that the rules know. The rules take some 100 µs a line, and most lines have none of these; what
 * they say of headers and addresses is in secret-patterns.ts, too. A test has the list of the rules.
 */
const beginnings =
  /A(?:KIA|SIA|BIA|CCA|3T)|ops_ey|npm_|_authToken|xox[a-z]-|xapp-|hooks\.slack|SG\.|shp[a-z]{2}_|\b[sr]k_(?:live|test)|gh[opusr]_|github_pat|gl(?:pat|dt|rt|ft|ptt|cbt|imt|agent|oas|soat|ffct)-|glc_|glsa_|\bsk-|gsk_|hf_|lin_api|ntn_|hv[sbr]\.|vc[picrk]_|dapi|dckr_|figd_|cf(?:k|ut|at)_|tskey/;

/** Masks the tokens of known providers, by the rules of secretlint. */
export function maskProviderTokens(text: string): string {
  if (!beginnings.test(text)) {
    return text;
  }
  found = [];
  const source = { content: text, filePath: "log", ext: "", contentType: "text", hasBOM: false };
  for (const scanner of scanners) {
    scanner.file?.(source);
  }
  const ranges = found.toSorted(([a], [b]) => a - b);
  let masked = "";
  let from = 0;
  for (const [start, end] of ranges) {
    if (end > from) {
      masked += `${text.slice(from, Math.max(from, start))}${start >= from ? mask : ""}`;
      from = end;
    }
  }
  return masked + text.slice(from);
}
