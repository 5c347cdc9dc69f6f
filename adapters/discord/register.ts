import { isDeepStrictEqual } from "node:util";
import { Routes } from "discord.js";
import type { CommandHelp } from "../../src/chat/desk.ts";
import { type Fields, fieldsOf, listOf } from "../../src/chat/platform/json.ts";
import { type Api, discordApi } from "./api.ts";
import { commandBodies } from "./commands.ts";
import { codes, discordError } from "./discord-error.ts";
import { inviteLink } from "./permissions.ts";
import type { DiscordApp } from "./types.ts";

export interface Registered {
  /** False when Discord had these commands already. */
  readonly isChanged: boolean;
  readonly names: readonly string[];
}

/** Makes the guild's commands those of the specs, in one call, and only when something differs. */
export async function registerCommands(
  api: Api,
  { applicationId, guildId }: Pick<DiscordApp, "applicationId" | "guildId">,
  commands: readonly CommandHelp[],
): Promise<Registered> {
  const route = Routes.applicationGuildCommands(applicationId, guildId);
  const wanted = commandBodies(commands);
  const names = wanted.map(({ name }) => name);
  const known = listOf(await api("GET", route).catch(explain(applicationId))).map(fieldsOf);
  if (isDeepStrictEqual(byName(known), byName(wanted.map(fieldsOf)))) {
    return { isChanged: false, names };
  }
  await api("PUT", route, { body: wanted });
  return { isChanged: true, names };
}

/** A server that the bot is not in has no commands of it. */
function explain(applicationId: string): (error: unknown) => never {
  return (error) => {
    const { code } = discordError(error);
    throw code === codes.missingAccess || code === codes.unknownGuild
      ? new Error(
          `the bot is not in the server DISCORD_GUILD_ID: invite it with ${inviteLink(applicationId)}, then try again`,
          { cause: error },
        )
      : error;
  };
}

/** For `npm run discord:register`, without a running bot. */
export function registerNow(app: DiscordApp, commands: readonly CommandHelp[]): Promise<Registered> {
  return registerCommands(discordApi(app), app, commands);
}

/** What we say of a command, whatever else Discord adds to it. */
function byName(commands: readonly Fields[]): Fields {
  return Object.fromEntries(
    commands.map((command) => [
      command["name"],
      {
        type: command["type"] ?? 1,
        description: command["description"],
        options: listOf(command["options"]).map(fieldsOf).map(option),
      },
    ]),
  );
}

function option(given: Fields): Fields {
  return {
    name: given["name"],
    type: given["type"],
    description: given["description"],
    required: given["required"] ?? false,
    autocomplete: given["autocomplete"] ?? false,
    min: given["min_value"] ?? null,
    max: given["max_value"] ?? null,
    choices: listOf(given["choices"])
      .map(fieldsOf)
      .map(({ name, value }) => ({ name, value })),
  };
}
