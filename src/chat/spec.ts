import type { z } from "zod";
import type { CommandHelp, Reply } from "./desk.ts";
import type { Identity } from "./identity.ts";
import type { CommandTools } from "./tools.ts";

/** One flag of a command, as data: help, completion and the parser follow from it. */
export interface Flag {
  readonly name: string;
  /** A switch stands alone; the others take a value, called this in the usage. */
  readonly value: string | null;
  readonly summary: string;
}

/** A command of the bot. `input` checks what was typed and gives it types; its messages are for people. */
export interface CommandSpec<Input = unknown> {
  readonly name: string;
  /** The words after the name, as in `HOST [N|previous]`. */
  readonly words: string;
  readonly summary: string;
  readonly examples: readonly string[];
  readonly flags: readonly Flag[];
  readonly input: z.ZodType<Input>;
  readonly handle: (input: Input, call: Call) => Promise<Reply>;
}

/** One use of a command. */
export interface Call {
  readonly who: Identity;
  /** What was typed, normalised. */
  readonly text: string;
  readonly tools: CommandTools;
}

/** What the parser hands to a command's `input` schema. */
export interface Typed {
  readonly words: readonly string[];
  readonly flags: Readonly<Record<string, string | boolean>>;
}

/** Keeps `input` and `handle` of one type, and hides it from the list. */
export function command<Input>(spec: CommandSpec<Input>): CommandSpec {
  return { ...spec, handle: (input, call) => spec.handle(input as Input, call) };
}

export function usage(spec: CommandSpec): string {
  const flags = spec.flags.map((flag) => `[--${flag.name}${flag.value === null ? "" : ` ${flag.value}`}]`);
  return [`/${spec.name}`, spec.words, ...flags].filter((part) => part !== "").join(" ");
}

/** What surfaces show of the commands. */
export function commandHelp(commands: readonly CommandSpec[]): CommandHelp[] {
  return commands.map((spec) => ({
    name: spec.name,
    usage: usage(spec),
    summary: spec.summary,
    examples: spec.examples,
  }));
}
