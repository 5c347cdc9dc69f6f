import fc from "fast-check";

/** What the quoting refuses. */
const dropped: ReadonlySet<string> = new Set(["\0", "\b", "\r", "\u001b", "\u009b"]);

/** Any word that goes through a shell unharmed. A lone surrogate has no UTF-8, so there is none. */
export const arbitraryWord = fc
  .string({ unit: "binary", maxLength: 40 })
  .map((text) => [...text.toWellFormed()].map((letter) => (dropped.has(letter) ? " " : letter)).join(""));
