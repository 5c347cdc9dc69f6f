import { command } from "../src/chat/spec.ts";
import { actReply } from "./act.ts";
import { hasFlag, hostWord, typed } from "./input.ts";

export const gc = command({
  name: "gc",
  words: [hostWord],
  summary: "Deletes what no generation of a host needs, after a click. Deletes no generation.",
  examples: ["/gc yoga", "/gc yoga --verify"],
  flags: [
    {
      name: "verify",
      value: null,
      summary: "then read every file of its store, and name what is damaged; takes long",
    },
  ],
  input: typed({ least: 1, most: 1, what: "/gc takes one host." }).transform((input) => ({
    host: input.words[0] ?? "",
    verify: hasFlag(input, "verify"),
  })),
  handle: ({ host, verify }, call) => actReply(call, "deploy", { host, mode: "gc", verify }),
});
