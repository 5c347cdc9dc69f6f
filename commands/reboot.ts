import { command } from "../src/chat/spec.ts";
import { actReply } from "./act.ts";
import { hostWord, typed } from "./input.ts";

export const reboot = command({
  name: "reboot",
  words: [hostWord],
  summary: "Reboots a host after a click, waits until it answers again, and compares it with how it was.",
  examples: ["/reboot yoga"],
  flags: [],
  input: typed({ least: 1, most: 1, what: "/reboot takes one host." }).transform((input) => ({
    host: input.words[0] ?? "",
  })),
  handle: ({ host }, call) => actReply(call, "deploy", { host, mode: "reboot" }),
});
