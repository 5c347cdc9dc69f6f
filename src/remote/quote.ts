import { Shescape } from "shescape";

// Single quotes, which every POSIX shell reads alike. Login shells with other rules, such as fish, are not supported.
const shescape = new Shescape({ shell: "/bin/sh", flagProtection: false });

// What shescape drops without a word; an argument must arrive as it is or not at all.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters meant
const dropped = /[\b\u001b\u009b]|\r(?!\n)/;

/** Joins an argv into one POSIX shell word list. Refuses NUL, which no argument can hold, and control characters. */
export function quoteArgv(argv: readonly string[]): string {
  for (const argument of argv) {
    if (argument.includes("\0")) {
      throw new Error("quoting a command: an argument holds a NUL character");
    }
    if (dropped.test(argument)) {
      throw new Error("quoting a command: an argument holds a control character");
    }
  }
  return shescape.quoteAll([...argv]).join(" ");
}
