import { ApplicationCommandOptionType as Type } from "discord.js";
import { type Fields, fieldsOf, lengthOf, listOf, textOf } from "../slack/json.ts";
import { commandLimits as limits } from "./limits.ts";
import { Problems } from "./problems.ts";

/** docs.discord.com/developers/interactions/application-commands: and in lower case, where the script has one. */
const nameRule = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

/** Refuses what Discord would refuse of a list of commands. `prefix` is where one that was sent alone stands. */
export function checkCommands(commands: readonly Fields[], { isAlone = false } = {}): void {
  const problems = new Problems();
  for (const [index, command] of commands.entries()) {
    const prefix = isAlone ? "" : `${index}.`;
    checkNamed(command, prefix, problems);
    checkOptions(command["options"], `${prefix}options`, problems);
    problems.addIf(
      sizeOf(command) > limits.inAll,
      isAlone ? "options" : String(index),
      "APPLICATION_COMMAND_TOO_LARGE",
      `Command exceeds maximum size (${limits.inAll})`,
    );
  }
  problems.length(commands, "commands", limits.commands);
  problems.unique(
    commands.map((it) => it["name"]),
    "commands",
    "APPLICATION_COMMANDS_DUPLICATE_NAME",
    "Application command names must be unique",
  );
  problems.throwIfAny();
}

/** A command or an option. */
function checkNamed({ name, description }: Fields, prefix: string, problems: Problems): void {
  const text = textOf(name) ?? "";
  problems.addIf(
    !nameRule.test(text) || text !== text.toLowerCase(),
    `${prefix}name`,
    "APPLICATION_COMMAND_INVALID_NAME",
    "Command name is invalid",
  );
  problems.required(description, `${prefix}description`, limits.description);
}

function checkOptions(options: unknown, at: string, problems: Problems): void {
  problems.length(options, at, limits.options);
  const all = listOf(options).map(fieldsOf);
  for (const [index, option] of all.entries()) {
    const prefix = `${at}.${index}.`;
    checkNamed(option, prefix, problems);
    checkOptions(option["options"], `${prefix}options`, problems);
    checkChoices(option, prefix, problems);
  }
  problems.unique(
    all.map((it) => it["name"]),
    at,
    "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS",
    "Option name already exists",
  );
  const firstOptional = all.findIndex((it) => it["required"] !== true);
  const lastRequired = all.findLastIndex((it) => it["required"] === true);
  problems.addIf(
    firstOptional !== -1 && firstOptional < lastRequired,
    `${at}.${lastRequired}`,
    "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
    "Required options must be placed before non-required options",
  );
  const subs = all.filter((it) => it["type"] === Type.Subcommand || it["type"] === Type.SubcommandGroup);
  problems.addIf(
    subs.length > 0 && subs.length < all.length,
    at,
    "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
    "Sub-command and sub-command group option types are mutually exclusive to all other types",
  );
}

function checkChoices({ choices, autocomplete }: Fields, prefix: string, problems: Problems): void {
  problems.length(choices, `${prefix}choices`, limits.choices);
  for (const [index, { name, value }] of listOf(choices).map(fieldsOf).entries()) {
    problems.required(name, `${prefix}choices.${index}.name`, limits.choiceName);
    problems.required(value, `${prefix}choices.${index}.value`, limits.choiceValue);
  }
  problems.addIf(
    autocomplete === true && listOf(choices).length > 0,
    `${prefix}autocomplete`,
    "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES",
    "Options with choices can not be completed by the application",
  );
}

/** Names, descriptions and values of the command and all that is in it. */
function sizeOf(it: Fields): number {
  const texts = ["name", "description", "value"].map((key) => lengthOf(String(it[key] ?? "")));
  const inner = [...listOf(it["options"]), ...listOf(it["choices"])].map(fieldsOf);
  return [...texts, ...inner.map(sizeOf)].reduce((all, size) => all + size, 0);
}
