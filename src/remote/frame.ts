import { quoteArgv } from "./quote.ts";

/** The line before a command's own output, on both streams. What a login shell's files print comes before it. */
export const beginMark = "switchyard:begin";

/**
 * What is given to a login shell: `sh` writes the mark, on a line of its own, and becomes the command. `exec` keeps the
 * login shell from saying anything afterwards.
 */
export function framed(argv: readonly string[]): string {
  return `exec sh -c 'printf "\\n%s\\n" "$0"; printf "\\n%s\\n" "$0" >&2; exec "$@"' ${beginMark} ${quoteArgv(argv)}`;
}

/** What stands behind the mark; null where there is no mark. */
export function unframed(output: string): string | null {
  if (output.startsWith(`${beginMark}\n`)) {
    return output.slice(beginMark.length + 1);
  }
  const at = output.indexOf(`\n${beginMark}\n`);
  return at < 0 ? null : output.slice(at + beginMark.length + 2);
}

type OnLine = (line: string, stream: "stdout" | "stderr") => void;

/** Passes on the lines behind the mark of each stream; `began` says whether stdout's has come. */
export function framedLines(onLine: OnLine | undefined): {
  began: () => boolean;
  onLine: OnLine | undefined;
} {
  const seen = new Set<string>();
  return {
    began: () => seen.has("stdout"),
    onLine:
      onLine &&
      ((line, stream) => {
        if (seen.has(stream)) {
          onLine(line, stream);
        } else if (line === beginMark) {
          seen.add(stream);
        }
      }),
  };
}

/** What came in place of an answer, in one short line. */
export function cameInstead(stdout: string, stderr: string): string {
  const words = `${stdout}\n${stderr}`.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
  return words === "" ? "nothing came" : `this came: ${JSON.stringify(words.slice(0, 200))}`;
}
