import { Shescape } from "shescape";

const shescape = new Shescape({ shell: "/bin/sh", flagProtection: false });

/** One line for a remote shell: ssh joins its arguments with blanks and hands them to one. */
export const shellWords = (argv: readonly string[]): string => shescape.quoteAll([...argv]).join(" ");
