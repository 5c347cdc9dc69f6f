import { commandText } from "../../src/chat/command-text.ts";
import type { CommandHelp } from "../../src/chat/desk.ts";
import { wholeCommand } from "./commands.ts";
import { type OptionValue, slashed } from "./parse.ts";

type Options = Readonly<Record<string, OptionValue>>;

/**
 * The command line that typed options say. Options of an older version of the bot, which Discord may still offer, become
 * flags: the parser refuses them, where leaving one out could change what the command does.
 */
export function commandLine(name: string, options: Options, commands: readonly CommandHelp[]): string {
  if (name === wholeCommand.name) {
    return slashed(String(options[wholeCommand.option] ?? ""));
  }
  const spec = commands.find((one) => one.name === name);
  const words = spec?.words.map((word) => textOr(options[word.name])) ?? [];
  const flags = (spec?.flags ?? []).map(({ name: flag, value }) => [
    flag,
    value === null ? options[flag] === true : textOr(options[flag]),
  ]);
  const known = new Set([...(spec?.words ?? []), ...(spec?.flags ?? [])].map((one) => one.name));
  const unknown = Object.entries(options)
    .filter(([option]) => !known.has(option))
    .map(([option, value]) => [option, value === true ? true : String(value)]);
  return commandText(name, words, Object.fromEntries([...flags, ...unknown]));
}

function textOr(value: OptionValue | undefined): string | null {
  return value === undefined || value === "" ? null : String(value);
}

/** What kind of thing is typed in an option; null for what nobody can complete. */
export function kindOf(name: string, option: string, commands: readonly CommandHelp[]) {
  const spec = commands.find((one) => one.name === name);
  const found = [...(spec?.words ?? []), ...(spec?.flags ?? [])].find((one) => one.name === option);
  return found?.value?.of.kind ?? null;
}
