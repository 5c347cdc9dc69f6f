import { type ParseArgsConfig, parseArgs } from "node:util";
import { parse as splitWords } from "shell-quote";
import { type CommandRequest, commandRequest } from "../deploy/command-request.ts";
import { didYouMean } from "../words/did-you-mean.ts";
import { requestText } from "./command-text.ts";
import { type CommandSpec, type Typed, usage } from "./spec.ts";

export type Parsed =
  | {
      readonly kind: "command";
      readonly spec: CommandSpec;
      readonly input: unknown;
      readonly text: string;
      readonly request: CommandRequest;
    }
  | { readonly kind: "mistake"; readonly message: string; readonly help: string };

/** The longest command that is read, in characters. */
const maxLength = 2_000;

/**
 * What a phone made of a command, put right: a dash of em or en width at the start of a word reads as `--`,
 * curly quotes as straight ones, odd spaces as spaces.
 */
export function normalise(text: string): string {
  return text
    .replaceAll(/[\u201c\u201d\u201e\u00ab\u00bb]/g, '"')
    .replaceAll(/[\u2018\u2019\u201a]/g, "'")
    .replaceAll(/[\s\u00a0\u202f]+/g, " ")
    .replaceAll(/(^|\s)[\u2014\u2013]+(?=[\p{L}])/gu, "$1--")
    .trim();
}

/** Reads what a person typed. `/switchyard COMMAND …` means the same as `/COMMAND …`. */
export function parseCommand(typed: string, commands: readonly CommandSpec[]): Parsed {
  if (typed.length > maxLength) {
    return { kind: "mistake", message: `That is longer than ${maxLength} characters.`, help: "Try /help." };
  }
  const text = normalise(typed);
  if (hasOpenQuote(text)) {
    return {
      kind: "mistake",
      message: "A quote is opened and not closed.",
      help: 'Put text with an apostrophe in double quotes: --reason "it\'s new".',
    };
  }
  const words = split(text);
  if (words === null) {
    return {
      kind: "mistake",
      message: "Commands are not run by a shell: characters such as ; | & > < $ ( ) mean nothing here.",
      help: 'Leave them out, or put the text in quotes: --reason "a; b".',
    };
  }
  const [first = "", ...rest] =
    words[0] === "/switchyard" || words[0] === "switchyard" ? words.slice(1) : words;
  const name = first.replace(/^\//, "").toLowerCase();
  const spec = commands.find((command) => command.name === name);
  if (spec === undefined) {
    return {
      kind: "mistake",
      message:
        name === ""
          ? "There is no command."
          : `There is no command /${name}.${didYouMean(
              name,
              commands.map((command) => command.name),
              "/",
            )}`,
      help: `Commands: ${commands.map((command) => `/${command.name}`).join(", ")}. /help says what each does.`,
    };
  }
  const args = readArgs(spec, rest);
  if (typeof args === "string") {
    return { kind: "mistake", message: args, help: `Usage: ${usage(spec)}` };
  }
  return readInput(spec, args, text);
}

/** What a button asks for, checked as what is typed: its command, its flags, and the command's own schema. */
export function parseRequest(
  { command, words, flags }: CommandRequest,
  commands: readonly CommandSpec[],
): Parsed {
  const text = requestText({ command, words, flags });
  const spec = commands.find(({ name }) => name === command);
  if (spec === undefined) {
    return { kind: "mistake", message: `There is no command /${command}.`, help: "Try /help." };
  }
  const odd = Object.entries(flags).find(([name, value]) => {
    const known = spec.flags.find((flag) => flag.name === name);
    return known === undefined || (known.value === null) !== (value === true);
  });
  return odd === undefined
    ? readInput(spec, { words, flags }, text)
    : {
        kind: "mistake",
        message: `/${command} takes no --${odd[0]} like this.`,
        help: `Usage: ${usage(spec)}`,
      };
}

function readInput(spec: CommandSpec, args: Typed, text: string): Parsed {
  const input = spec.input.safeParse(args);
  const given = Object.entries(args.flags).filter(([, value]) => value !== false);
  const flags = Object.fromEntries(given) as CommandRequest["flags"];
  return input.success
    ? {
        kind: "command",
        spec,
        input: input.data,
        text,
        request: commandRequest(spec.name, args.words, flags),
      }
    : {
        kind: "mistake",
        message: input.error.issues.map((issue) => issue.message).join(" "),
        help: `Usage: ${usage(spec)}`,
      };
}

/** What comes after a quote that nothing closes would be read as something else than it was meant. */
function hasOpenQuote(text: string): boolean {
  return /["']/.test(text.replaceAll(/\\.|"(?:[^"\\]|\\.)*"|'[^']*'/g, ""));
}

/** Words as a shell would split them; null where a shell would have done more than that. */
function split(text: string): string[] | null {
  const words: string[] = [];
  try {
    // The bot's environment is nobody's business: a $NAME stays as it was typed, and is refused below.
    for (const word of splitWords(text, (name) => `$${name}`)) {
      if (typeof word !== "string") {
        return null;
      }
      words.push(word);
    }
    return words;
  } catch {
    // A ${ that nothing closes.
    return null;
  }
}

function readArgs(spec: CommandSpec, args: readonly string[]): Typed | string {
  const options: NonNullable<ParseArgsConfig["options"]> = {};
  for (const flag of spec.flags) {
    options[flag.name] = { type: flag.value === null ? "boolean" : "string" };
  }
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      strict: true,
    });
    return { words: positionals, flags: { ...values } as Typed["flags"] };
  } catch (error) {
    return explain(error, spec);
  }
}

function explain(error: unknown, spec: CommandSpec): string {
  const code = error instanceof Error && "code" in error ? error.code : "";
  const message = error instanceof Error ? error.message : String(error);
  const flag = /'(-[^' =]*)/.exec(message)?.[1] ?? "that flag";
  if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
    const flags = spec.flags.map((known) => known.name);
    return `/${spec.name} has no flag ${flag}.${didYouMean(flag.replace(/^-+/, ""), flags, "--")}`;
  }
  if (code === "ERR_PARSE_ARGS_INVALID_OPTION_VALUE") {
    return spec.flags.some((known) => `--${known.name}` === flag && known.value === null)
      ? `${flag} takes no value.`
      : `${flag} needs a value, which cannot start with a dash.`;
  }
  return message;
}
