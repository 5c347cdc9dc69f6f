/** A small change to one line of a shell script. */
export interface ShellMutant {
  /** 1 is the first. */
  readonly line: number;
  readonly original: string;
  readonly replacement: string;
}

/** No command begins there: a comment, a keyword that goes on, the head of a case. */
const noStart = /^\s*(#|$|then\b|else\b|elif\b|fi\b|do\b|done\b|esac\b|\}|;;|[^()]*\)(\s|$))/;
/** A command begins there that cannot be taken out by itself. */
const noCommand = /^\s*(case\b|\{|\w+\(\)\s*\{|if\b|while\b|for\b|until\b)/;
/** What stands in one line of a case, or of a function. */
const body = /^(\s*[^()]*\) |\w+\(\) \{ )(.*?)( ;;|; \})$/;

/** A condition of one comparison: to turn that round is to turn the condition round. */
const comparison = /^\s*(if|while|until|elif) \[ (-[nz] |[^&|]* (!?=|-(eq|ne|lt|ge|gt|le)) )[^&|]*\]; /;

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

interface Line {
  readonly number: number;
  readonly text: string;
  /** It is a part of a here-document, or a comment. */
  readonly isText: boolean;
  /** It goes on with the command of the line before. */
  readonly isContinued: boolean;
  /** No command of it goes on in the next line. */
  readonly isWhole: boolean;
}

function linesOf(script: string): Line[] {
  let end: string | null = null;
  const goesOn = /(\\|&&|\|\||\|)$/;
  return script.split("\n").map((text, at, all) => {
    const isInside = end !== null;
    const opened: string | null = isInside ? end : (/<<-?\s*['"]?(\w+)['"]?/.exec(text)?.[1] ?? null);
    end = opened === text ? null : opened;
    return {
      number: at + 1,
      text,
      isText: isInside || /^\s*(#|$)/.test(text),
      isContinued: goesOn.test(all[at - 1] ?? ""),
      isWhole: !goesOn.test(text) && end === null,
    };
  });
}

/**
 * Each command taken out, each condition turned round, each exit code changed. Comments, the lines of here-documents and
 * what goes on over a line's end are left alone.
 */
export function shellMutants(script: string): ShellMutant[] {
  const found: ShellMutant[] = [];
  for (const { number, text, isText, isContinued, isWhole } of linesOf(script)) {
    if (isText) {
      continue;
    }
    const add = (replacement: string) =>
      replacement !== text &&
      found.push({ line: number, original: text.trim(), replacement: replacement.trim() });
    if (body.test(text)) {
      add(text.replace(body, "$1:$3"));
    } else if (isWhole && !isContinued && !noStart.test(text) && !noCommand.test(text)) {
      add(text.replace(/\S.*$/, ":"));
    }
    for (const [from, to] of swaps) {
      if (comparison.test(text) && from.source.includes("elif")) {
        continue;
      }
      for (const match of text.matchAll(from)) {
        add(
          text.slice(0, match.index) +
            match[0].replace(new RegExp(from.source), to) +
            text.slice(match.index + match[0].length),
        );
      }
    }
  }
  return found;
}

const begins = ({ text, isText, isContinued }: Line) => !isText && !isContinued && !noStart.test(text);

/** The script that also writes `LINE TEST` to a file at each line that is begun. It changes no exit code. */
export function withCoverage(script: string, file: string): string {
  const covered = `covered() { set -- $? "$1"; echo "$2 \${TEST:-}" >>"${file}"; return "$1"; }`;
  const lines = linesOf(script).map((line) =>
    begins(line)
      ? line.text.replace(/^(\w+\(\)\s*\{\s+|\s*)(?=\S)/, `$1covered ${line.number}; `)
      : line.text,
  );
  return `${covered}\n${lines.join("\n")}`;
}

/** The line that has to be begun for this one to be run: itself, or the one that it is a part of. */
export function startOf(script: string, line: number): number {
  const lines = linesOf(script);
  const indent = ({ text }: Line) => /^\s*/.exec(text)?.[0].length ?? 0;
  const own = lines[line - 1];
  const start = lines
    .slice(0, line)
    .findLast((one) => begins(one) && own !== undefined && indent(one) <= indent(own));
  return start?.number ?? 1;
}
