import { decide } from "../src/chat/decide.ts";
import { command } from "../src/chat/spec.ts";
import { idWord, typed } from "./input.ts";

const oneId = typed({
  least: 1,
  most: 1,
  what: "This takes the id of one deployment, such as d-20261123-7f3a.",
}).transform((input) => ({ id: input.words[0] ?? "" }));

export const confirm = command({
  name: "confirm",
  words: [idWord],
  summary: "Says yes to a card, as its first button does, for when a click cannot get through.",
  examples: ["/confirm d-20261123-7f3a"],
  flags: [],
  input: oneId,
  handle: ({ id }, call) => decide(call, id, "switch"),
});

export const cancel = command({
  name: "cancel",
  words: [idWord],
  summary: "Stops a deployment that has not begun to switch, or a garbage collection.",
  examples: ["/cancel d-20261123-7f3a"],
  flags: [],
  input: oneId,
  handle: ({ id }, call) => decide(call, id, "cancel"),
});
