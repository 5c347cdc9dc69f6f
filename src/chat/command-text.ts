import type { CommandRequest } from "../deploy/command-request.ts";

/**
 * The command that a form or typed options say, quoted so that the parser reads exactly these words. A flag is
 * `true` for a switch; what is null or false was not given.
 */
export function commandText(
  name: string,
  words: readonly (string | null)[],
  flags: Readonly<Record<string, string | boolean | null>>,
): string {
  const given = Object.entries(flags).flatMap(([flag, value]) => {
    if (value === null || value === false) {
      return [];
    }
    // With "=" a value may begin with a dash.
    return [value === true ? `--${flag}` : `--${flag}=${quote(value)}`];
  });
  return [`/${name}`, ...words.filter((word) => word !== null).map(quote), ...given].join(" ");
}

/** The typed twin of a request: the parser reads exactly this request from it. */
export function requestText({ command, words, flags }: CommandRequest): string {
  return commandText(command, words, flags);
}

/** Words that mean nothing but themselves, to the parser and to people who read the command later. */
const plain = /^[A-Za-z0-9_@./][A-Za-z0-9_@./:+,-]*$/;

/**
 * In single quotes, where nothing means anything. The parser puts right what phones type before it reads quotes: curly
 * ones become straight, and a dash after a space two hyphens; so the first are made straight here, and the second
 * is parted from its space.
 */
function quote(value: string): string {
  const text = value
    .replaceAll(/[\u201c\u201d\u201e\u00ab\u00bb]/g, '"')
    .replaceAll(/[\u2018\u2019\u201a]/g, "'")
    .replaceAll(/[\s\u00a0\u202f]+/g, " ")
    .trim();
  return plain.test(text)
    ? text
    : `'${text.replaceAll("'", `'"'"'`).replaceAll(/ (?=[\u2013\u2014])/g, " ''")}'`;
}
