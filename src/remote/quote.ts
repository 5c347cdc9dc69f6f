import { Shescape } from "shescape";

// Every remote command goes through /bin/sh, whatever the login shell, so one quoting fits.
const shescape = new Shescape({ shell: "/bin/sh", flagProtection: false });

/** Joins an argv into one POSIX shell word list. Refuses NUL, which no argument can hold. */
export function quoteArgv(argv: readonly string[]): string {
  for (const argument of argv) {
    if (argument.includes("\0")) {
      throw new Error("quoting a command: an argument holds a NUL character");
    }
  }
  return shescape.quoteAll([...argv]).join(" ");
}
