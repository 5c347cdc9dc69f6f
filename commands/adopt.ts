import { command } from "../src/chat/spec.ts";
import { actReply } from "./act.ts";
import { hostWord, typed } from "./input.ts";

export const adopt = command({
  name: "adopt",
  words: [hostWord],
  summary:
    "Takes the machine that answers for this host from now on, after a click: it was replaced or renamed.",
  examples: ["/adopt yoga"],
  flags: [],
  input: typed({ least: 1, most: 1, what: "/adopt takes one host." }).transform((input) => ({
    host: input.words[0] ?? "",
  })),
  handle: ({ host }, call) => actReply(call, "adopt", { host, mode: "adopt" }),
});
