import {
  type APIApplicationCommandBasicOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
} from "discord.js";
import type { CommandHelp } from "../../src/chat/desk.ts";
import { cut, oneLine } from "../../src/chat/platform/text.ts";
import type { Flag, Value, Word } from "../../src/chat/spec.ts";
import { limits } from "./limits.ts";

export type CommandBody = RESTPostAPIChatInputApplicationCommandsJSONBody;

/** Everything also works as `/switchyard command:…`, as on the other surfaces. */
export const wholeCommand = { name: "switchyard", option: "command" } as const;

/** The guild's commands, from the specs: words and flags become typed options. Who may use them is asked when they are. */
export function commandBodies(commands: readonly CommandHelp[]): CommandBody[] {
  return [
    body(wholeCommand.name, "Any command of the bot, typed.", [
      {
        type: ApplicationCommandOptionType.String,
        name: wholeCommand.option,
        description: "Such as: status yoga",
        required: true,
      },
    ]),
    ...commands.map(({ name, summary, words, flags }) =>
      body(name, summary, [
        ...words.map((word) => wordOption(word, commands)),
        ...flags.map((flag) => flagOption(flag, commands)),
      ]),
    ),
  ];
}

function body(
  name: string,
  summary: string,
  options: readonly APIApplicationCommandBasicOption[],
): CommandBody {
  return {
    type: ApplicationCommandType.ChatInput,
    name,
    description: describe(summary),
    options: options.slice(0, limits.commandOptions),
  };
}

function wordOption({ name, value, isRequired, summary }: Word, commands: readonly CommandHelp[]) {
  return valueOption({ name, description: describe(summary), required: isRequired }, value, commands);
}

function flagOption({ name, value, summary }: Flag, commands: readonly CommandHelp[]) {
  const common = { name, description: describe(summary), required: false };
  return value === null
    ? { ...common, type: ApplicationCommandOptionType.Boolean as const }
    : valueOption(common, value, commands);
}

function valueOption(
  common: { readonly name: string; readonly description: string; readonly required: boolean },
  { of }: Value,
  commands: readonly CommandHelp[],
): APIApplicationCommandBasicOption {
  switch (of.kind) {
    case "host":
    case "hosts":
    case "generation":
    case "deployment":
    case "ref":
      return { ...common, type: ApplicationCommandOptionType.String, autocomplete: true };
    case "command":
      return {
        ...common,
        type: ApplicationCommandOptionType.String,
        choices: commands.slice(0, limits.choices).map(({ name }) => ({ name, value: name })),
      };
    case "text":
      return { ...common, type: ApplicationCommandOptionType.String };
    case "integer":
      return {
        ...common,
        type: ApplicationCommandOptionType.Integer,
        min_value: of.least,
        ...(of.most === undefined ? {} : { max_value: of.most }),
      };
  }
}

function describe(text: string): string {
  return cut(oneLine(text), limits.commandDescription) || "–";
}
