import { maskProviderTokens } from "./provider-rules.ts";

/** A line that looks like a secret in plain text. The secret itself is never part of it. */
export interface SecretLine {
  /** From 1 on. */
  readonly line: number;
  /** What it looks like, such as `a private key`. */
  readonly what: string;
}

/** Finds secrets in a text; another set of rules may stand in for {@link findSecrets}. */
export type FindSecrets = (text: string) => readonly SecretLine[];

const rules: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["a private key", /-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY-----/],
  ["an age key", /\bAGE-SECRET-KEY-1[A-Z0-9]{20,}/],
  ["an AWS key", /\bAKIA[0-9A-Z]{16}\b/],
  // Shorter than real ones, too: in a diff a doubtful one is worth a look.
  ["a GitHub token", /\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})/],
  ["a Slack token", /\bxox[abeprs]-[A-Za-z0-9-]{10,}/],
];

/** A name that ends in one of these and is given a string: hashes and paths are no secrets. */
const assigned =
  /(?<name>[\w.-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key))["']?\s*[=:]\s*(?<quote>["'])(?<value>[^"'\s]{4,})\k<quote>/i;
const isHarmless = /^(\/|\$\{|<|ENC\[|%|@)/;

export const findSecrets: FindSecrets = (text) =>
  text.split("\n").flatMap((content, index) => {
    const what =
      rules.find(([, pattern]) => pattern.test(content))?.[0] ??
      providerToken(content) ??
      assignment(content);
    return what === null ? [] : [{ line: index + 1, what }];
  });

/** By the rules that mask them in logs. */
function providerToken(content: string): string | null {
  return maskProviderTokens(content) === content ? null : "a provider's token";
}

function assignment(content: string): string | null {
  const { name = "", value = "" } = assigned.exec(content)?.groups ?? {};
  return value === "" || /hash/i.test(name) || isHarmless.test(value) ? null : `a value for ${name}`;
}
