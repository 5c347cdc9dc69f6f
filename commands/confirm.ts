import { decide } from "../src/chat/decide.ts";
import { command } from "../src/chat/spec.ts";
import { digestPattern } from "../src/deploy/consent.ts";
import { idWord, optional, typed, word } from "./input.ts";

export const confirm = command({
  name: "confirm",
  words: [
    idWord,
    optional(
      word(
        "digest",
        "DIGEST",
        { kind: "text" },
        "of what the card shows; without it the bot says what that is",
      ),
    ),
  ],
  summary:
    "Says yes to exactly what a card shows, as its first button does, for when a click cannot get through.",
  examples: ["/confirm d-20261123-7f3a 5d41402abc4b", "/confirm d-20261123-7f3a"],
  flags: [],
  input: typed({
    least: 1,
    most: 2,
    what: "This takes the id of one deployment or run, such as d-20261123-7f3a, and the digest of what it shows.",
  }).transform((input, context) => {
    const [id = "", digest = null] = input.words;
    if (digest !== null && !digestPattern.test(digest)) {
      const message = `${JSON.stringify(digest)} is no digest: those have twelve digits from 0 to f, such as 5d41402abc4b.`;
      context.addIssue({ code: "custom", message });
    }
    return { id, digest };
  }),
  handle: ({ id, digest }, call) => decide(call, id, "switch", digest),
});

export const cancel = command({
  name: "cancel",
  words: [idWord],
  summary: "Stops a deployment that has not begun to switch, or a garbage collection.",
  examples: ["/cancel d-20261123-7f3a"],
  flags: [],
  input: typed({
    least: 1,
    most: 1,
    what: "This takes the id of one deployment, such as d-20261123-7f3a.",
  }).transform((input) => ({ id: input.words[0] ?? "" })),
  handle: ({ id }, call) => decide(call, id, "cancel", null),
});
