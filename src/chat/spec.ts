import type { z } from "zod";
import type { CommandRequest } from "../deploy/command-request.ts";
import type { CommandHelp, Reply } from "./desk.ts";
import type { Identity } from "./identity.ts";
import type { CommandTools } from "./tools.ts";

/** What a value names: surfaces with typed options or completion know by it what may stand there. */
export type ValueOf =
  /** `hosts`: one or more of a host, `@tag` and `all`, until the end. */
  | { readonly kind: "host" | "hosts" | "generation" | "deployment" | "ref" | "command" | "text" }
  | { readonly kind: "integer"; readonly least: number; readonly most?: number };

export interface Value {
  /** How the usage calls it, such as `HOST` or `N|previous`. */
  readonly label: string;
  readonly of: ValueOf;
}

/** A word after the command's name, as data. */
export interface Word {
  readonly name: string;
  readonly value: Value;
  readonly isRequired: boolean;
  readonly summary: string;
}

/** One flag of a command, as data: help, completion and the parser follow from it. */
export interface Flag {
  readonly name: string;
  /** Null for a switch, which stands alone. */
  readonly value: Value | null;
  readonly summary: string;
}

/** A command of the bot. `input` checks what was typed and gives it types; its messages are for people. */
export interface CommandSpec<Input = unknown> {
  readonly name: string;
  /** The words after the name, in their order; what must be there comes first. */
  readonly words: readonly Word[];
  readonly summary: string;
  readonly examples: readonly string[];
  readonly flags: readonly Flag[];
  readonly input: z.ZodType<Input>;
  readonly handle: (input: Input, call: Call) => Promise<Reply>;
}

/** One use of a command. */
export interface Call {
  readonly who: Identity;
  /** What was typed, normalised; or the typed twin of what was clicked. */
  readonly text: string;
  /** The same as data. */
  readonly request: CommandRequest;
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

/** Such as `/rollback HOST [N|previous] [--list]`. */
export function usage(spec: Pick<CommandSpec, "name" | "words" | "flags">): string {
  const words = spec.words.map(({ value, isRequired }) => {
    const label = value.of.kind === "hosts" ? `${value.label}…` : value.label;
    return isRequired ? label : `[${label}]`;
  });
  return [`/${spec.name}`, ...words, ...spec.flags.map((flag) => `[${flagUsage(flag)}]`)].join(" ");
}

export function flagUsage({ name, value }: Flag): string {
  return value === null ? `--${name}` : `--${name} ${value.label}`;
}

/** What surfaces show of the commands. */
export function commandHelp(commands: readonly CommandSpec[]): CommandHelp[] {
  return commands.map((spec) => ({
    name: spec.name,
    usage: usage(spec),
    summary: spec.summary,
    examples: spec.examples,
    words: spec.words,
    flags: spec.flags,
  }));
}
