import { code, heading, text } from "../src/chat/blocks.ts";
import { command, flagUsage, usage } from "../src/chat/spec.ts";
import { helpBlocks } from "../src/views/help.ts";
import { optional, typed, word } from "./input.ts";

export const help = command({
  name: "help",
  words: [optional(word("command", "COMMAND", { kind: "command" }, "the command to explain"))],
  summary: "Lists the commands, or explains one.",
  examples: ["/help", "/help deploy"],
  flags: [],
  input: typed({ least: 0, most: 1, what: "/help takes one command at most." }).transform((input) => ({
    about: input.words[0]?.replace(/^\//, "") ?? null,
  })),
  async handle({ about }, { tools }) {
    if (about === null) {
      return { kind: "answer", text: "What I can do", blocks: helpBlocks(tools.commands) };
    }
    const spec = tools.commands.find((known) => known.name === about);
    if (spec === undefined) {
      return {
        kind: "refused",
        code: "bad-command",
        message: `There is no command /${about}.`,
        help: "Try /help.",
      };
    }
    return {
      kind: "answer",
      text: usage(spec),
      blocks: [
        heading(usage(spec)),
        text(spec.summary),
        ...(spec.words.length === 0
          ? []
          : [code("Words", spec.words.map(({ value, summary }) => `${value.label}  ${summary}`).join("\n"))]),
        ...(spec.flags.length === 0
          ? []
          : [code("Flags", spec.flags.map((flag) => `${flagUsage(flag)}  ${flag.summary}`).join("\n"))]),
        code("Examples", spec.examples.join("\n")),
      ],
    };
  },
});
