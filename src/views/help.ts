import { type Block, heading, table, text } from "../chat/blocks.ts";
import { type CommandSpec, usage } from "../chat/spec.ts";

export function helpBlocks(commands: readonly CommandSpec[]): Block[] {
  return [
    heading("What I can do"),
    table(
      ["Command", ""],
      commands.map((spec) => [usage(spec), spec.summary]),
    ),
    text("/help COMMAND explains one. Everything also works as /switchyard COMMAND …"),
  ];
}
