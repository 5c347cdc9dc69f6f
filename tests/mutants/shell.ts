/** A small change to one line of a shell script. */
export interface ShellMutant {
  /** 1 is the first. */
  readonly line: number;
  readonly original: string;
  readonly replacement: string;
}

/** No command of its own stands there: a comment, a keyword, the head of a function or of a case, a part of a here-document. */
const noCommand =
  /^\s*(#|$|then\b|else\b|elif\b|fi\b|do\b|done\b|esac\b|case\b|\{|\}|;;|\w+\(\)\s*\{|if\b|while\b|for\b|until\b|.*\)\s*$|[^\s()]+\)\s)/;

const swaps: readonly (readonly [RegExp, string])[] = [
  [/ && /g, " || "],
  [/ \|\| /g, " && "],
  [/ = /g, " != "],
  [/ != /g, " = "],
  [/ -eq /g, " -ne "],
  [/ -ne /g, " -eq "],
  [/ -lt /g, " -ge "],
  [/ -ge /g, " -lt "],
  [/ -gt /g, " -le "],
  [/ -le /g, " -gt "],
  [/\[ -n /g, "[ -z "],
  [/\[ -z /g, "[ -n "],
  [/\b(if|while|until|elif) (?!! )/g, "$1 ! "],
  [/\b(if|while|until|elif) ! /g, "$1 "],
  [/\bexit 0\b/g, "exit 1"],
  [/\bexit [1-9]\d*\b/g, "exit 0"],
  [/\breturn 0\b/g, "return 1"],
  [/\breturn [1-9]\d*\b/g, "return 0"],
];

/**
 * Each command taken out, each condition turned round, each exit code changed. Comments, the lines of here-documents and
 * what goes on over a line's end are left alone.
 */
export function shellMutants(script: string): ShellMutant[] {
  const lines = script.split("\n");
  const found: ShellMutant[] = [];
  let end: string | null = null;
  for (const [at, line] of lines.entries()) {
    const before = lines[at - 1] ?? "";
    const isInside = end !== null;
    if (end === line) {
      end = null;
    } else {
      end ??= /<<-?\s*['"]?(\w+)['"]?/.exec(line)?.[1] ?? null;
    }
    if (isInside || /^\s*(#|$)/.test(line)) {
      continue;
    }
    const add = (replacement: string) =>
      replacement !== line &&
      found.push({ line: at + 1, original: line.trim(), replacement: replacement.trim() });
    const goesOn = /(\\|&&|\|\||\|)$/.test(line) || /(\\|&&|\|\||\|)$/.test(before);
    if (end === null && !goesOn && !noCommand.test(line)) {
      add(line.replace(/\S.*$/, ":"));
    }
    for (const [from, to] of swaps) {
      for (const match of line.matchAll(from)) {
        add(
          line.slice(0, match.index) +
            match[0].replace(new RegExp(from.source), to) +
            line.slice(match.index + match[0].length),
        );
      }
    }
  }
  return found;
}
